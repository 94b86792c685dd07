// Builds console/dist: the page, its script and style, each also packed, and SHA256SUMS. With `--to DIR` into another folder, for
// the test that compares. The same sources give the same bytes on every machine; how they are packed may differ from one version
// of zlib to the next, so the test compares what the packed ones hold.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));

function digest(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

async function bundle(entry, name) {
  const made = await build({
    absWorkingDir: here,
    entryPoints: [entry],
    outfile: name,
    bundle: true,
    minify: true,
    write: false,
    format: 'iife',
    target: ['es2022', 'chrome109', 'firefox115', 'safari16.4'],
    charset: 'utf8',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
    logLevel: 'warning',
  });
  return Buffer.from(made.outputFiles[0].contents);
}

/** name -> bytes of everything that the node gives out, unpacked. */
export async function buildFiles() {
  const files = {
    'app.css': await bundle('src/style.css', 'app.css'),
    'app.js': await bundle('src/main.tsx', 'app.js'),
    'icon.svg': readFileSync(join(here, 'src/icon.svg')),
  };
  // As tools/console_files has it: the first 32 hex digits name the bytes.
  const page = readFileSync(join(here, 'src/index.html'), 'utf8').replace(
    /\/console\/([a-z.]+)"/g,
    (whole, name) => `/console/${name}?v=${digest(files[name]).slice(0, 32)}"`,
  );
  return { ...files, 'index.html': Buffer.from(page) };
}

async function main() {
  const dist = process.argv[2] === '--to' ? process.argv[3] : join(here, 'dist');
  const files = await buildFiles();
  mkdirSync(dist, { recursive: true });
  for (const name of readdirSync(dist)) rmSync(join(dist, name));
  const rows = [];
  for (const [name, bytes] of Object.entries(files)) {
    const packed = {
      [name]: bytes,
      [`${name}.br`]: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
      [`${name}.gz`]: gzipSync(bytes, { level: 9 }),
    };
    for (const [file, data] of Object.entries(packed)) {
      writeFileSync(join(dist, file), data);
      rows.push(`${digest(data)}  ${file}\n`);
    }
    console.log(`${name}: ${bytes.length} bytes, ${packed[`${name}.br`].length} as br`);
  }
  rows.sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1));
  writeFileSync(join(dist, 'SHA256SUMS'), rows.join(''));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
