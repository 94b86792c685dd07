// What the browser tests share: a browser that trusts the node's own certificate, checks that are counted, a page that reports what
// its policy refused and what it asked of others, axe, and screenshots.
import { readFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shots = process.env['BESA_CONSOLE_SHOTS'];
export const url = process.env['BESA_CONSOLE_URL'];

let passed = 0;
const failures = [];

export function check(claim, holds, found) {
  if (holds) passed++;
  else {
    failures.push(claim);
    console.log(`not so: ${claim}${found === undefined ? '' : `: ${JSON.stringify(found)}`}`);
  }
}

export function report() {
  console.log(`${passed} passed, ${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
}

export async function browserOpen() {
  return chromium.launch({
    executablePath: process.env['BESA_CONSOLE_BROWSER'],
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'],
  });
}

/** A tab of a desk of its own. What it must never do is noted in `faults`. */
export async function deskOpen(browser, options = {}) {
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    locale: 'en-GB',
    timezoneId: 'Europe/Bucharest',
    viewport: { width: 1366, height: 900 },
    acceptDownloads: true,
    ...options,
  });
  const faults = [];
  await context.addInitScript(() => {
    window.besaRefused = [];
    document.addEventListener('securitypolicyviolation', (event) =>
      window.besaRefused.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`),
    );
  });
  const page = await context.newPage();
  context.setDefaultTimeout(20_000);
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('console', (message) => {
    // The browser writes each answer that is no success; those are the tests' business.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) faults.push(`console: ${message.text()}`);
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${url}/`) && !request.url().startsWith(`blob:${url}/`)) faults.push(`foreign: ${request.url()}`);
  });
  return { context, page, faults };
}

export async function quiet(name, desk) {
  const refused = await desk.page.evaluate(() => window.besaRefused);
  check(`${name}: the policy had nothing to refuse`, refused.length === 0, refused);
  check(`${name}: no fault in the page, nothing asked of others`, desk.faults.length === 0, desk.faults);
}

/** No violation of WCAG 2.2 A and AA, nor of axe's best practices. */
export async function accessible(name, page) {
  const found = await page.evaluate(async (source) => {
    if (window.axe === undefined) (0, eval)(source);
    const result = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return result.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`);
  }, axe);
  check(`${name}: axe finds no violation`, found.length === 0, found);
}

export async function shot(name, page) {
  if (shots === undefined) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}
