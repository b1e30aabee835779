import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { Browser } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, openChromium } from '../support/chromium.js';
import { need } from '../support/need.js';
import { root } from '../support/sources.js';

const PAGE = `
  import { backend, createCore, klDivergence, logits, matrix } from '/index.js';
  const data = (shift) => Float64Array.from({ length: 999 }, (_, i) => ((i * 7919 + shift) % 1009) + 1);
  const P = matrix(data(0), 9, 111);
  const Q = matrix(data(5), 9, 111);
  const scores = (core) => [...klDivergence(P, Q, { core }), ...logits.klDivergence(P, Q, { core, temperature: 2 })];
  const attempt = (make) => { try { return make(); } catch (error) { return error.code; } };
  const own = scores(undefined);
  const js = scores(createCore({ backend: 'js' }));
  const forced = attempt(() => scores(createCore({ backend: 'wasm' })));
  await fetch('/report', { method: 'POST', body: JSON.stringify({ ...backend(), own, js, forced }) });
`;

/** Rows beyond what stays on one thread (2²¹ terms, where they are copied), over two workers; with `shared` as the page allows it. */
const POOL_PAGE = `
  import { klDivergence, matrix, pairwise } from '/index.js';
  import { createPool } from '/parallel-browser.js';
  const asked = new Set();
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (...message) {
    asked.add(this);
    return postMessage.apply(this, message);
  };
  const rows = 21_001, cols = 101;
  const data = (shift) => Float32Array.from({ length: rows * cols }, (_, i) => ((i * 7919 + shift) % 1009) + 1);
  const [P, Q] = [matrix(data(0), rows, cols), matrix(data(5), rows, cols)];
  const pool = await createPool({ threads: 2 });
  const differences = async () => {
    const [found, expected] = [await pool.klDivergence(P, Q), klDivergence(P, Q)];
    return expected.filter((value, i) => !Object.is(value, found[i])).length;
  };
  const count = await differences();
  const workers = asked.size;
  const [few, others] = [[P, 1_101], [Q, 1_201]].map(([{ data }, n]) => matrix(data.subarray(0, n * cols), n, cols));
  const [cells, expected] = [await pool.pairwise.klDivergence(few, others), pairwise.klDivergence(few, others)];
  const pairs = [cells.rows, cells.cols, expected.data.filter((value, i) => !Object.is(value, cells.data[i])).length];
  P.data[20_000 * cols + 7] = -1;
  const error = await pool.klDivergence(P, Q).catch(({ code, row, column }) => [code, row, column]);
  await pool.close();
  await fetch('/report', { method: 'POST', body: JSON.stringify({ shared: pool.shared, workers, count, pairs, error }) });
`;

/** A pool whose workers the page does not start. */
const LOCKED_PAGE = `
  import { matrix } from '/index.js';
  import { createPool } from '/parallel-browser.js';
  const P = matrix(new Float32Array(6001 * 404).fill(1), 6001, 404);
  const pool = await createPool({ threads: 2 });
  const calls = [pool.entropy(P), pool.entropy(P)];
  const errors = [];
  for (const { reason } of await Promise.allSettled(calls)) errors.push([reason?.code, reason?.message]);
  errors.push(await pool.entropy(P).catch(({ code, message }) => [code, message]));
  await fetch('/report', { method: 'POST', body: JSON.stringify(errors) });
`;

/** As the tools of some pages do. */
const POLYFILL = 'globalThis.process = { env: {} };';

interface PoolReport {
  shared: boolean;
  workers: number;
  count: number;
  pairs: number[];
  error: unknown[];
}

interface Report {
  name: string;
  why: string;
  own: number[];
  js: number[];
  forced: number[] | string;
}

describe('the built entry in Chromium', () => {
  const chromium = findChromium();
  let server: Server;
  let browser: Browser | undefined;
  let reported: (report: never) => void;

  beforeAll(async () => {
    if (!chromium) return;
    server = createServer(async (request, response) => {
      const { url = '' } = request;
      const pages: Record<string, string> = { '/page.js': PAGE, '/pool.js': POOL_PAGE, '/locked.js': LOCKED_PAGE };
      const isBuilt = /^\/(index|parallel-browser|parallel-worker)\.js$/.test(url);
      // Pages that may share memory, and the scripts of their workers.
      response.setHeader('cross-origin-embedder-policy', url === '/pool' ? 'unsafe-none' : 'require-corp');
      if (url !== '/pool') response.setHeader('cross-origin-opener-policy', 'same-origin');
      if (isBuilt || url in pages) {
        const code = isBuilt ? readFileSync(join(root, 'build', url), 'utf8') : pages[url];
        response.setHeader('content-type', 'text/javascript').end(url === '/parallel-worker.js' ? POLYFILL + code : code);
      } else if (request.url === '/report') {
        reported((await json(request)) as never);
        response.end();
      } else {
        if (url === '/locked') response.setHeader('content-security-policy', "worker-src 'none'");
        if (request.url === '/strict') response.setHeader('content-security-policy', "script-src 'self'");
        response
          .setHeader('content-type', 'text/html')
          .end(
            `<!doctype html><meta charset="utf-8"><script type="module" src="${/^\/(pool|locked)/.exec(url)?.[0] ?? '/page'}.js"></script>`,
          );
      }
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    browser = await openChromium(chromium);
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  async function visit<Of = Report>(path: string): Promise<Of> {
    const page = await (browser as Browser).newPage();
    const report = new Promise<Of>((resolve, reject) => {
      reported = resolve;
      page.on('pageerror', reject);
    });
    await page.goto(`http://localhost:${(server.address() as AddressInfo).port}${path}`);
    return report;
  }

  it('runs wasm, with the bits of the twin', async (context) => {
    need(context, chromium !== undefined, 'a Chromium on the path or in CHROMIUM');
    const { name, own, js, forced } = await visit('/');
    expect(name).toBe('wasm');
    expect(own).toHaveLength(18);
    expect(own).toEqual(js);
    expect(forced).toEqual(js);
  });

  it.each([
    ['in shared memory, where the page is isolated', '/pool-isolated', true],
    ['by copies, where it is not', '/pool', false],
  ])('goes over two workers %s', async (_, path, shared) => {
    if (chromium === undefined) return;
    expect(await visit<PoolReport>(path)).toEqual({
      shared,
      workers: 2,
      count: 0,
      pairs: [1_101, 1_201, 0],
      error: ['ERR_DOMAIN', 20_000, 7],
    });
  });

  it('rejects, at every call, where the page starts no worker', async () => {
    if (chromium === undefined) return;
    const errors = await visit<string[][]>('/locked');
    expect(errors).toHaveLength(3);
    for (const [code, message] of errors) {
      expect(code).toBe('ERR_BACKEND');
      expect(message).toMatch(/parallel-worker\.js did not load.*worker-src/);
    }
  });

  it('falls back to the twin, and says why, where the page refuses wasm', async (context) => {
    need(context, chromium !== undefined, 'a Chromium on the path or in CHROMIUM');
    const { name, why, own, js, forced } = await visit('/strict');
    expect(name).toBe('js');
    expect(why).toMatch(/Content.Security.Policy|CSP|unsafe-eval/i);
    expect(own).toEqual(js);
    expect(forced).toBe('ERR_BACKEND');
  });
});
