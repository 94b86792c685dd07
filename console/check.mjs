// What holds the console: types, the catalogue, its own tests, and that console/dist is what these sources give.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { buildFiles } from './build.mjs';

const here = dirname(fileURLToPath(import.meta.url));
let isGood = true;

function say(claim, ok) {
  console.log(`${ok ? 'ok' : 'NOT OK'}: ${claim}`);
  isGood = ok && isGood;
}

function run(claim, args, env = {}) {
  const done = spawnSync(process.execPath, args, { cwd: here, encoding: 'utf8', env: { ...process.env, ...env } });
  if (done.status !== 0) console.log(done.stdout + done.stderr);
  say(claim, done.status === 0);
}

/** Tests import sources as they are: each is bundled first. */
async function tests() {
  const files = [...readdirSync(join(here, 'src'), { recursive: true, encoding: 'utf8' }).map((name) => `src/${name}`), ...readdirSync(join(here, 'test')).map((name) => `test/${name}`)];
  const wanted = files.filter((name) => name.endsWith('.test.mjs'));
  const made = mkdtempSync(join(tmpdir(), 'besa-console-'));
  try {
    symlinkSync(join(here, 'node_modules'), join(made, 'node_modules'));
    const stand = join(made, 'stand.mjs');
    // What a browser has and the oldest Node that builds this has not.
    writeFileSync(stand, 'import { webcrypto } from "node:crypto"; globalThis.crypto ??= webcrypto; const kept = new Map(); globalThis.sessionStorage = { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v), removeItem: (k) => kept.delete(k) };');
    const names = wanted.map((name) => join(made, name.replaceAll('/', '-')));
    for (const [at, name] of wanted.entries())
      await build({ absWorkingDir: here, entryPoints: [name], outfile: names[at], bundle: true, format: 'esm', platform: 'node', external: ['typescript', 'esbuild'], inject: [stand], logLevel: 'warning' });
    // A desk of Romania's time, whatever this machine's.
    run(`${wanted.length} files of tests`, ['--test', ...names], { BESA_CONSOLE_ROOT: here, TZ: 'Europe/Bucharest' });
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** The committed bytes are those that the sources give; what is packed holds the same. */
async function compare() {
  const files = await buildFiles();
  const dist = join(here, 'dist');
  const rows = readFileSync(join(dist, 'SHA256SUMS'), 'utf8').trim().split('\n').map((row) => row.split('  '));
  for (const [name, bytes] of Object.entries(files)) {
    const kept = readFileSync(join(dist, name));
    say(`dist/${name} is what the sources give (else: npm --prefix console run build)`, kept.equals(bytes));
    say(`dist/${name}.gz and .br hold the same`, gunzipSync(readFileSync(join(dist, `${name}.gz`))).equals(kept) && brotliDecompressSync(readFileSync(join(dist, `${name}.br`))).equals(kept));
  }
  const names = readdirSync(dist).filter((name) => name !== 'SHA256SUMS').sort();
  say('dist holds nothing else', names.length === 3 * Object.keys(files).length);
  say('SHA256SUMS is of these files', rows.map(([, name]) => name).sort().join() === names.join() && rows.every(([digest, name]) => digest === createHash('sha256').update(readFileSync(join(dist, name))).digest('hex')));
}

/** Whoever installs from it asks the registry that they use, and nobody is told which one that was here. */
function lock() {
  const text = readFileSync(join(here, 'package-lock.json'), 'utf8');
  say('package-lock.json names no address of a package', !/"resolved"/.test(text));
  const { packages } = JSON.parse(text);
  const installed = Object.entries(packages).filter(([name, one]) => name !== '' && !one.optional);
  const versionOf = (name) => JSON.parse(readFileSync(join(here, name, 'package.json'), 'utf8')).version;
  say('the packages installed are those of package-lock.json (else: npm --prefix console ci)', installed.every(([name, one]) => versionOf(name) === one.version));
  say('each package has its digest', Object.entries(packages).every(([name, one]) => name === '' || /^sha512-/.test(one.integrity ?? '')));
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
  say('each version is one version', Object.values({ ...dependencies, ...devDependencies }).every((version) => /^\d+\.\d+\.\d+$/.test(version)));
}

run('types', ['node_modules/typescript/bin/tsc', '-p', '.']);
await tests();
await compare();
lock();
process.exitCode = isGood ? 0 : 1;
