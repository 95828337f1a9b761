// Draws the prices at data-src as lines, or as candles with their averages where the answer has them.
import { init } from "../vendor/charts.js";

const dark = window.matchMedia("(prefers-color-scheme: dark)");

/** The colours of the theme, read from the style sheet so that they are written once. */
function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return {
    text: read("--pico-color"),
    muted: read("--pico-muted-color"),
    line: read("--pico-card-border-color"),
    ground: read("--pico-card-background-color"),
    up: read("--up"),
    down: read("--down"),
    series: [read("--info"), read("--here"), read("--ok"), read("--warn"), read("--pico-secondary"), read("--bad")],
  };
}

const SYMBOLS = ["circle", "diamond", "triangle", "rect"];
const DASHES = ["solid", "dashed", "dotted"];

/** The series of the answer as ECharts wants them. */
function seriesOf(answer, paint, element) {
  const joined = "joined" in element.dataset;
  if (answer.candles) return [candles(answer, paint), ...averages(answer)];
  const lines = answer.series.map(({ name, points }, index) => ({
    type: "line",
    name,
    data: points,
    symbol: SYMBOLS[index % SYMBOLS.length],
    symbolSize: points.length > 60 ? 0 : 9,
    lineStyle: { width: joined ? 0 : 2.5, type: DASHES[Math.floor(index / SYMBOLS.length) % DASHES.length] },
  }));
  return joined ? [thread(answer, paint), ...lines, ...averages(answer)] : [...lines, ...averages(answer)];
}

/** Bars: a rise is hollow and a fall is filled, so that colour is not all that tells them apart. */
function candles(answer, paint) {
  const itemStyle = { color: paint.ground, color0: paint.down, borderColor: paint.up, borderColor0: paint.down };
  return { type: "candlestick", name: answer.bar.join(" / "), data: answer.candles.map(([, ...values]) => values), itemStyle };
}

/** Moving averages: over bars they stand on the bars' days. */
function averages(answer) {
  return (answer.averages ?? []).map(({ name, points }, index) => {
    const values = new Map(points);
    return {
      type: "line",
      name,
      data: answer.candles ? answer.candles.map(([day]) => values.get(day) ?? null) : points,
      symbol: "none",
      lineStyle: { width: 1.5, type: DASHES[index % DASHES.length] },
    };
  });
}

/** One thin line through the points of all origins, by day: they are the same price, known in different ways. */
function thread(answer, paint) {
  const data = answer.series.flatMap(({ points }) => points).sort(([one], [other]) => one.localeCompare(other));
  return { type: "line", data, symbol: "none", silent: true, color: paint.muted, lineStyle: { width: 1.5 }, tooltip: { show: false } };
}

/** The days below a line: the same form everywhere, for months have names in every language. */
function timeAxis(axis, answer) {
  const days = answer.series.flatMap(({ points }) => points.map(([day]) => day)).sort();
  const years = days.length && days[0].slice(0, 4) !== days.at(-1).slice(0, 4);
  return { type: "time", ...axis, axisLabel: { ...axis.axisLabel, formatter: years ? "{yyyy}-{MM}-{dd}" : "{MM}-{dd}" } };
}

/** All options of the chart; the tooltip is drawn on the canvas because HTML would need inline styles. */
function optionsOf(answer, element) {
  const paint = colours();
  const axis = { axisLabel: { color: paint.muted, hideOverlap: true }, axisLine: { lineStyle: { color: paint.line } } };
  const dates = answer.candles?.map(([date]) => date);
  const many = Boolean(answer.candles) || answer.series.length > 1 || answer.averages?.length > 0;
  const series = seriesOf(answer, paint, element);
  return {
    animation: false,
    aria: { enabled: true, label: { description: element.dataset.title ?? "" } },
    color: paint.series,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: paint.text },
    grid: { left: 8, right: 16, top: many ? 60 : 28, bottom: 8, containLabel: true },
    legend: many ? { type: "scroll", top: 0, textStyle: { color: paint.text }, pageTextStyle: { color: paint.text }, data: series.map(({ name }) => name).filter(Boolean) } : undefined,
    tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: paint.ground, textStyle: { color: paint.text } },
    dataZoom: [{ type: "inside", zoomOnMouseWheel: "ctrl" }],
    xAxis: dates ? { type: "category", data: dates, ...axis } : timeAxis(axis, answer),
    yAxis: {
      type: "value",
      scale: true,
      name: element.dataset.unit ?? "",
      nameTextStyle: { color: paint.muted, align: "left" },
      splitLine: { lineStyle: { color: paint.line } },
      ...axis,
    },
    series,
  };
}

/** Fetch the figures of one island and draw them; a failure leaves a sentence in its place. */
async function draw(element) {
  const response = await fetch(element.dataset.src, { headers: { Accept: "application/json" } });
  if (!response.ok) {
    element.textContent = element.dataset.failed ?? String(response.status);
    element.classList.add("empty");
    return;
  }
  const answer = await response.json();
  const chart = init(element, null, { renderer: "canvas" });
  const paint = () => chart.setOption(optionsOf(answer, element), { notMerge: true });
  paint();
  // Screen readers get the figures from the table beside the chart.
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", element.dataset.title ?? "");
  dark.addEventListener("change", paint);
  new ResizeObserver(() => chart.resize()).observe(element);
}

for (const element of document.querySelectorAll('[data-island="price-chart"]')) draw(element);
