import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ArgumentError,
  FileFormatError,
  KeyedVectors,
  OptionError,
  tensor,
  ValueError,
  type View,
  view,
} from '../../lib/index.js';
import { groupedVectors } from './groups.js';

const vectors = groupedVectors(40);
let served: View;
let port: number;
let root: string;
beforeAll(async () => {
  served = await view(vectors);
  const url = new URL(served.url);
  port = Number(url.port);
  root = url.pathname;
});
afterAll(() => served.close());

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** Asks as it is told to: fetch would not send a Host of its own. */
function ask(path: string, headers: Record<string, string> = {}, method = 'GET', body = ''): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, method }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('who may ask', () => {
  test('nobody without the token', async () => {
    for (const path of [
      '/',
      '/page.js',
      '/api/about',
      `/${'a'.repeat(root.length - 2)}/api/about`,
      `${root.slice(0, -2)}/`,
    ]) {
      const { status, body } = await ask(path);
      expect({ path, status }).toEqual({ path, status: 403 });
      expect(body).not.toContain('river');
    }
    expect((await ask(`${root}api/about`)).status).toBe(200);
  });

  test('the token is random, and long enough not to be guessed', async () => {
    const other = await view(vectors);
    expect(new URL(other.url).pathname).not.toBe(root);
    expect(root.length - 2).toBe(32);
    await other.close();
  });

  test('no page whose name was pointed at this machine', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1:1',
      '127.0.0.1',
      `127.0.0.1.evil.example:${port}`,
    ]) {
      expect((await ask(`${root}api/about`, { Host: host })).status).toBe(421);
    }
    expect((await ask(`${root}api/about`, { Host: `localhost:${port}` })).status).toBe(200);
  });

  test('no page from elsewhere', async () => {
    const own = `http://127.0.0.1:${port}`;
    for (const origin of ['http://evil.example', 'null', `https://127.0.0.1:${port}`, 'http://127.0.0.1:1']) {
      expect((await ask(`${root}api/about`, { Origin: origin })).status).toBe(403);
    }
    expect((await ask(`${root}api/about`, { Origin: own })).status).toBe(200);
    expect((await ask(`${root}page.js`, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
    expect((await ask(root, { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' })).status).toBe(200);
  });

  test('it is reached by the loopback alone', async () => {
    await expect(
      new Promise((resolve, reject) => {
        const socket = connect({ host: '127.0.0.2', port }, () => resolve('connected'));
        socket.on('error', reject);
      }),
    ).rejects.toThrow('ECONNREFUSED');
  });

  test('every answer forbids what the page does not need', async () => {
    for (const path of [root, `${root}page.js`, `${root}api/about`, `${root}api/points`, `${root}none`, '/']) {
      const { headers } = await ask(path);
      const policy = String(headers['content-security-policy']);
      expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'/);
      expect(policy).not.toMatch(/unsafe|\*|http|data:/);
      expect(policy).toContain("frame-ancestors 'none'");
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      });
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

describe('what is answered', () => {
  const json = async (path: string) => JSON.parse((await ask(`${root}api/${path}`)).body);

  test('the page, its script and its style', async () => {
    const page = await ask(root);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    const loaded = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
    expect(loaded.sort()).toEqual(['icon.svg', 'page.css', 'page.js']);
    for (const path of loaded) expect((await ask(`${root}${path}`)).status).toBe(200);
  });

  test('the words, and where they are', async () => {
    const about = await json('about');
    expect(about).toMatchObject({ kind: 'vectors', size: 40, shown: 40, vectorSize: 8 });
    expect(await json('words')).toEqual(vectors.keys);
    const response = await fetch(`${served.url}api/points`);
    const values = new Float32Array(await response.arrayBuffer());
    expect(values).toHaveLength(40 * Number(response.headers.get('X-Dimensions')));
    expect(values.every(Number.isFinite)).toBe(true);
    expect(values.some((x) => x !== 0)).toBe(true);
  });

  test('neighbours by cosine are those of KeyedVectors', async () => {
    const { neighbours, key } = await json('neighbors?index=5&metric=cosine&count=7');
    expect(key).toBe('street1');
    expect(
      neighbours.map(({ key: word, score }: { key: string; score: number }) => ({ key: word, similarity: score })),
    ).toEqual(vectors.mostSimilar('street1', { topn: 7 }));
  });

  test('neighbours by distance are those of a plain loop in double', async () => {
    const { neighbours } = await json('neighbors?index=5&metric=euclid&count=7');
    const from = vectors.vector(vectors.keys[5]);
    const distances = vectors.keys.map((key, index) => {
      const to = vectors.vector(key);
      return { index, key, score: Math.sqrt(to.reduce((sum, x, j) => sum + (x - from[j]) ** 2, 0)) };
    });
    const expected = distances.filter(({ index }) => index !== 5).sort((a, b) => a.score - b.score);
    expect(neighbours.map(({ index }: { index: number }) => index)).toEqual(
      expected.slice(0, 7).map(({ index }) => index),
    );
    for (const [k, { score }] of neighbours.entries()) expect(score).toBeCloseTo(expected[k].score, 5);
  });

  test('search finds the word itself, then what begins with it, then what holds it', async () => {
    const mixed = new KeyedVectors(
      ['unriver', 'Rivers', 'river', 'sea'],
      tensor([
        [1, 0],
        [0, 1],
        [1, 1],
        [0, 2],
      ]),
    );
    const other = await view(mixed);
    const found = (await (await fetch(`${other.url}api/search?text=river&count=10`)).json()) as { key: string }[];
    expect(found.map(({ key }) => key)).toEqual(['river', 'Rivers', 'unriver']);
    await other.close();
  });

  test('what makes no sense is refused, and does no harm', async () => {
    for (const path of [
      'neighbors?index=40&count=5',
      'neighbors?index=-1&count=5',
      'neighbors?index=1',
      'neighbors?index=1&count=1e9',
      'neighbors?index=1&count=5&metric=no',
      'search?text=a',
    ]) {
      const { status, body } = await ask(`${root}api/${path}`);
      expect({ path, status }).toEqual({ path, status: 400 });
      expect(body).toMatch(/must be/);
    }
    expect((await ask(`${root}api/none`)).status).toBe(404);
    expect((await ask(`${root}../package.json`)).status).toBe(403);
    expect((await ask(`${root}..%2fpackage.json`)).status).toBe(404);
    expect((await ask(`${root}api/about`, {}, 'DELETE')).status).toBe(405);
    const typed = { 'Content-Type': 'application/json' };
    expect((await ask(`${root}api/layout`, typed, 'POST', '{"method":"pca","dimensions":4}')).status).toBe(400);
    expect((await ask(`${root}api/layout`, typed, 'POST', '{"method":"__proto__","dimensions":2}')).status).toBe(400);
    expect((await ask(`${root}api/layout`, typed, 'POST', '{')).status).toBe(400);
    expect((await ask(`${root}api/layout`, { 'Content-Type': 'text/plain' }, 'POST', '{}')).status).toBe(415);
    expect((await ask(`${root}api/layout`, typed, 'POST', ' '.repeat(70_000))).status).toBe(413);
    expect((await json('about')).size).toBe(40);
  });
});

describe('labels', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lutra-labels-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const three = new KeyedVectors(
    ['a', 'b', 'c'],
    tensor([
      [1, 0],
      [0, 1],
      [3, 4],
    ]),
  );
  const columnsOf = async (name: string, text: string) => {
    const metadata = join(folder, name);
    writeFileSync(metadata, text);
    const { url, close } = await view(three, { metadata });
    const { columns } = (await (await fetch(`${url}api/about`)).json()) as {
      columns: { name: string; kind: string }[];
    };
    const values = await Promise.all(columns.map(async (_, k) => (await fetch(`${url}api/column?index=${k}`)).json()));
    await close();
    return columns.map((column, k) => ({ ...column, values: values[k] }));
  };

  test('belong to words, in any order', async () => {
    const columns = await columnsOf('by_word.csv', 'weight,word,kind\n1.5,c,"x, y"\n,d,z\n-2,a,z\n');
    expect(columns.slice(0, 2)).toEqual([
      { name: 'weight', kind: 'number', values: { kind: 'number', values: [-2, null, 1.5] } },
      { name: 'kind', kind: 'category', values: { kind: 'category', names: ['other', 'z', 'x, y'], codes: [1, 0, 2] } },
    ]);
    expect(columns.slice(2)).toEqual([
      { name: 'Length of the vector', kind: 'number', values: { kind: 'number', values: [1, 1, 5] } },
      { name: 'Row', kind: 'number', values: { kind: 'number', values: [0, 1, 2] } },
    ]);
  });

  test('or go row by row', async () => {
    const [column] = await columnsOf('by_row.tsv', 'kind\n"x\ny\n"x\n');
    expect(column.values).toEqual({ kind: 'category', names: ['other', '"x', 'y'], codes: [1, 2, 1] });
  });

  test('that do not fit are refused', async () => {
    await expect(columnsOf('few.tsv', 'kind\nx\ny\n')).rejects.toThrow(
      'must have a column of words, or a row for each of the 3 words; none of its columns (kind) holds one, and its rows are 2',
    );
    await expect(columnsOf('none.tsv', 'kind\n')).rejects.toThrow('has no rows behind its first');
    await expect(columnsOf('ragged.csv', 'word,kind\na,b,c\n')).rejects.toThrow(FileFormatError);
    await expect(view(three, { metadata: join(folder, 'no.tsv') })).rejects.toThrow('ENOENT');
  });
});

describe('view', () => {
  test('refuses what it can not show, before it serves anything', async () => {
    // biome-ignore lint/suspicious/noExplicitAny: wrong on purpose.
    const wrong = view as any;
    await expect(wrong(5)).rejects.toThrow(ArgumentError);
    await expect(wrong(5)).rejects.toThrow('view: source must be the path of a file or a run, or KeyedVectors, got');
    await expect(wrong(vectors, { prot: 1 })).rejects.toThrow(OptionError);
    await expect(wrong(vectors, { port: 70_000 })).rejects.toThrow('view: port must be a whole number from 0 to 65535');
    await expect(wrong(vectors, { open: 'yes' })).rejects.toThrow('view: open must be true or false');
    await expect(wrong(vectors, { token: 'short' })).rejects.toThrow('view: token must be 16 to 200');
    await expect(wrong(vectors, { points: 0 })).rejects.toThrow('view: points must be a whole number of at least 1');
    await expect(wrong(vectors, { signal: 1 })).rejects.toThrow('view: signal must be an AbortSignal');
    await expect(view('/no/such/file')).rejects.toThrow('ENOENT');
    await expect(view(vectors, { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
  });

  test('a port in use is named', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const taken = (holder.address() as { port: number }).port;
    const error = await view(vectors, { port: taken }).catch((reason: Error) => reason);
    expect(error).toBeInstanceOf(ValueError);
    expect((error as Error).message).toBe(
      `view: port ${taken} is in use; name another one, or none to have a free one chosen`,
    );
    holder.close();
  });

  test('ends by close and by its signal', async () => {
    const stop = new AbortController();
    const { url, close } = await view(vectors, { signal: stop.signal });
    const events = await fetch(`${url}api/events`);
    stop.abort();
    await close();
    await close();
    await expect(events.text()).resolves.toContain('retry:');
    await expect(fetch(url)).rejects.toThrow();
  });

  test('shows the first points, and finds all', async () => {
    const { url, close } = await view(vectors, { points: 10 });
    const about = await (await fetch(`${url}api/about`)).json();
    expect(about).toMatchObject({ size: 40, shown: 10 });
    expect(await (await fetch(`${url}api/words`)).json()).toHaveLength(10);
    expect(await (await fetch(`${url}api/search?text=monday9&count=3`)).json()).toEqual([
      { index: 39, key: 'monday9' },
    ]);
    await close();
  });
});
