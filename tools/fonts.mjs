// Copies the font out of its npm package into the git-ignored portal/static/fonts/, with a
// fonts.css of its own. The portal links that file only where it exists, so a machine without
// Node gets the system font and no failed request.
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = dirname(
  createRequire(import.meta.url).resolve("@fontsource-variable/source-sans-3/package.json"),
);
const target = join(root, "portal", "static", "fonts");
const { default: ranges } = await import(join(source, "unicode.json"), { with: { type: "json" } });

// Latin covers Swedish, English and Finnish; latin-ext is fetched only for letters such as ŋ and ŧ.
// The address must be the one that the pages preload (static_url in portal/pages.py), or the font
// is fetched twice.
const face = (subset, version) => `@font-face {
  font-family: "Source Sans 3 Variable";
  font-style: normal;
  font-display: swap;
  font-weight: 200 900;
  src: url("source-sans-3-${subset}.woff2?v=${version}") format("woff2");
  unicode-range: ${ranges[subset]};
}
`;

await mkdir(target, { recursive: true });
const faces = [];
for (const subset of ["latin", "latin-ext"]) {
  const font = await readFile(join(source, "files", `source-sans-3-${subset}-wght-normal.woff2`));
  const version = createHash("sha256").update(font).digest("hex").slice(0, 12);
  await writeFile(join(target, `source-sans-3-${subset}.woff2`), font);
  faces.push(face(subset, version));
}
await writeFile(join(target, "LICENSE.txt"), await readFile(join(source, "LICENSE")));
await writeFile(join(target, "fonts.css"), faces.join("\n"));
