// Copies the font out of its npm package into the git-ignored portal/static/fonts/, with a
// fonts.css of its own. The portal links that file only where it exists, so a machine without
// Node gets the system font and no failed request.
import { copyFile, mkdir, writeFile } from "node:fs/promises";
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
const face = (subset) => `@font-face {
  font-family: "Source Sans 3 Variable";
  font-style: normal;
  font-display: swap;
  font-weight: 200 900;
  src: url("source-sans-3-${subset}.woff2") format("woff2");
  unicode-range: ${ranges[subset]};
}
`;

await mkdir(target, { recursive: true });
const subsets = ["latin", "latin-ext"];
for (const subset of subsets) {
  await copyFile(
    join(source, "files", `source-sans-3-${subset}-wght-normal.woff2`),
    join(target, `source-sans-3-${subset}.woff2`),
  );
}
await copyFile(join(source, "LICENSE"), join(target, "LICENSE.txt"));
await writeFile(join(target, "fonts.css"), subsets.map(face).join("\n"));
