// Reporting a defect with a telephone: what is wrong, and a photo that is made small before it is kept.

/** The server writes photos anew at this size; more would only fill the device and the network. */
const LONGEST_SIDE = 2048;
/** The most bytes of a photo that is kept on the device. */
const MOST_BYTES = 1_500_000;
/** A file above this is not opened: it could take the page down. */
const LARGEST_FILE = 64 * 1024 * 1024;
const QUALITIES = [0.85, 0.7, 0.5];

/** What the form says of the defect. */
export function faultOf(form) {
  const field = (name) => form.elements.namedItem(name);
  const remark = field("defect_remark").value.trim();
  return { kind: field("defect_kind").value, severity: field("severity").value, ...(remark === "" ? {} : { remark }) };
}

/** The photo that was chosen as a small JPEG, null where there is none; throws where the file is no picture. */
export async function photoOf(form) {
  const [file] = form.elements.namedItem("photo").files;
  return file ? shrunk(file) : null;
}

/** What is filled in of one bundle only. What the bundles of a lorry have in common stays, and so do kind and severity. */
const OF_ONE_BUNDLE = { count: ["pieces"], defect: ["photo", "defect_remark", "defective"], receive: ["stated"] };

/** Names and texts of what is filled in of the bundle that is scanned now. */
export function ofOneBundle(form, task) {
  return (OF_ONE_BUNDLE[task] ?? []).map((name) => [name, form.elements.namedItem(name).value]);
}

/** Empty what was taken with a scan, but for what was filled in for the next one meanwhile. */
export function forget(form, taken) {
  for (const [name, value] of taken) {
    const field = form.elements.namedItem(name);
    if (field.value === value) field.value = "";
  }
}

async function shrunk(file) {
  if (file.size > LARGEST_FILE) throw new RangeError("too large a file");
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  try {
    let scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
    for (;;) {
      const bytes = await encoded(picture, scale);
      if (bytes !== null) return bytes;
      scale /= 2;
    }
  } finally {
    picture.close();
  }
}

/** The picture as JPEG bytes; null where no quality makes it small enough. */
async function encoded(picture, scale) {
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
  for (const quality of QUALITIES) {
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
    if (blob === null) throw new TypeError("not drawn");
    if (blob.size <= MOST_BYTES) return blob.arrayBuffer();
  }
  return null;
}
