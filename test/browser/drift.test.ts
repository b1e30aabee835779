import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { expect, it } from 'vitest';
import { findChromium, openChromium } from '../support/chromium.js';
import { need } from '../support/need.js';
import { root } from '../support/sources.js';

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** What the page shows. */
async function seen(page: Page) {
  return page.evaluate(`({
    sentence: document.querySelector('output').textContent,
    drifted: [...document.querySelectorAll('tr.drifted')].map((row) => row.cells[0].textContent),
    cells: [...document.querySelectorAll('tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent.trim())),
    pictures: document.querySelectorAll('tbody svg circle').length,
  })`) as Promise<{ sentence: string; drifted: string[]; cells: string[][]; pictures: number }>;
}

it('examples/drift/index.html draws its table, is quiet while orders are as ever, and alarms when they are not', async (context) => {
  const chromium = findChromium();
  need(context, chromium !== undefined, 'a Chromium on the path or in CHROMIUM');
  const server = createServer(async ({ url = '' }, response) => {
    if (!/^\/(examples\/drift|build)\/[a-z]+\.(js|html)$/.test(url)) return response.writeHead(404).end();
    response.setHeader('content-type', TYPES[extname(url)] as string).end(await readFile(join(root, url)));
  });
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const browser = await openChromium(chromium as string);
  try {
    const page = await browser.newPage();
    const errors: unknown[] = [];
    page.on('pageerror', (error) => errors.push(error));
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}/examples/drift/index.html`);
    await page.waitForSelector('tbody tr');
    const quiet = await seen(page);
    expect(quiet.sentence).toBe('None of 3 features has drifted beyond chance.');
    expect(quiet.cells.map(([feature]) => feature).sort()).toEqual(['amount', 'device', 'hour']);
    for (const [, js, interval, p] of quiet.cells) {
      expect(Number(js)).toBeLessThan(0.05);
      expect(interval).toMatch(/^0\.\d{4} to 0\.\d{4}$/);
      expect(Number(p)).toBeGreaterThan(0.001);
    }
    expect(quiet.pictures).toBe(3);
    await page.select('select', 'feed');
    await page.waitForSelector('output.alarm[aria-live=polite]');
    const loud = await seen(page);
    expect(loud.drifted).toContain('amount');
    expect(loud.sentence).toMatch(/features drifted: amount: \(missing\) went from 0 % to/);
    // A narrow window shows all of it, dark pages are dark, and a screen reader is told of the alarm but not of every p-value after it.
    await page.waitForFunction("document.querySelector('output').ariaLive === 'off'");
    await page.setViewport({ width: 320, height: 640 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'dark' }]);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(21, 24, 28)');
    expect(await page.evaluate("document.querySelector('tr.drifted svg').ariaLabel")).toBe('drifted');
    if (process.env.SHOT) await page.screenshot({ path: process.env.SHOT as `${string}.png` });
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
    server.close();
  }
});
