// What the islands need of ECharts and nothing else, so that the bundle stays small.
import { CandlestickChart, LineChart } from "echarts/charts";
import { AriaComponent, DataZoomInsideComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

// The canvas renderer writes no style attributes, which the content security policy would refuse.
use([
  AriaComponent,
  CandlestickChart,
  CanvasRenderer,
  DataZoomInsideComponent,
  GridComponent,
  LegendComponent,
  LineChart,
  TooltipComponent,
]);

export { init };
