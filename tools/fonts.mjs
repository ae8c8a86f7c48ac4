// Makes the font of its npm package into files in the git-ignored portal/static/fonts/, with a
// fonts.css of their own. The portal links that file only where it exists, so a machine without
// Node gets the system font and no failed request.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import subsetFont from "subset-font";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = dirname(
  createRequire(import.meta.url).resolve("@fontsource-variable/source-sans-3/package.json"),
);
const target = join(root, "portal", "static", "fonts");
const { default: ranges } = await import(join(source, "unicode.json"), { with: { type: "json" } });

// What nearly every page is written with is a file of its own, so that it is there the sooner.
const COMMON = "U+0020-007E,U+00A0,U+00A7,U+00AD,U+00B0,U+00B7,U+00C1,U+00C4-00C5,U+00C9,U+00D6,U+00D7,\
U+00DC,U+00E1,U+00E4-00E5,U+00E9,U+00F6,U+00FC,U+2013-2014,U+2019,U+201D,U+2026";
const WEIGHTS = { min: 400, max: 700, default: 400 };

const letters = (range) =>
  range.split(",").flatMap((part) => {
    const [first, last = first] = part.replace("U+", "").split("-").map((hex) => parseInt(hex, 16));
    return Array.from({ length: last - first + 1 }, (_, n) => String.fromCodePoint(first + n));
  });

const read = (subset) => readFile(join(source, "files", `source-sans-3-${subset}-wght-normal.woff2`));

const latin = await read("latin");
const common = await subsetFont(latin, letters(COMMON).join(""), {
  targetFormat: "woff2",
  variationAxes: { wght: WEIGHTS },
});

// Of faces with a letter in common the last one is used. Latin-ext is for letters such as ŋ and ŧ.
const files = [
  ["latin-ext", await read("latin-ext"), ranges["latin-ext"]],
  ["latin", latin, ranges.latin],
  ["common", common, COMMON],
];

// The address must be the one that the pages preload (static_url in portal/pages.py), or the font
// is fetched twice.
const face = (name, version, range) => `@font-face {
  font-family: "Source Sans 3 Variable";
  font-style: normal;
  font-display: swap;
  font-weight: ${WEIGHTS.min} ${WEIGHTS.max};
  src: url("source-sans-3-${name}.woff2?v=${version}") format("woff2");
  unicode-range: ${range};
}
`;

await mkdir(target, { recursive: true });
const faces = [];
for (const [name, font, range] of files) {
  const version = createHash("sha256").update(font).digest("hex").slice(0, 12);
  await writeFile(join(target, `source-sans-3-${name}.woff2`), font);
  faces.push(face(name, version, range));
}
await writeFile(join(target, "LICENSE.txt"), await readFile(join(source, "LICENSE")));
await writeFile(join(target, "fonts.css"), faces.join("\n"));
