import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randn, saveSafetensors, type View, Vocabulary, view } from '../../lib/index.js';
import type { About } from '../../lib/view/protocol.js';
import { browserPath, launch } from './browser.js';
import { groupedVectors } from './groups.js';
import { painted, picture, settled } from './picture.js';

const vectors = groupedVectors(400);
const token = 'a-token-of-the-test';

describe.skipIf(browserPath === null)('the page in a browser', () => {
  let browser: Browser;
  let served: View;
  let page: Page;
  const folder = mkdtempSync(join(tmpdir(), 'lutra-page-'));
  /** What the page complains of: nothing may be. */
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    served = await view(vectors, { token });
    page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(served.url)) complaints.push(`asks ${request.url()}`);
    });
    await page.goto(served.url);
    await page.getByText('400 words, 8 dimensions').waitFor();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const layout = async () => {
    const about = (await (await fetch(`${served.url}api/about`)).json()) as About;
    return about.layout;
  };

  test('a word is searched for, clicked, and its neighbours are read', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('river9');
    const found = page.getByRole('list', { name: 'Words found' }).getByRole('button');
    await expect
      .poll(() => found.allTextContents())
      .toEqual(['river9', ...Array.from({ length: 10 }, (_, k) => `river9${k}`)]);
    await found.first().click();
    await page.getByRole('heading', { name: 'river9' }).waitFor();
    const neighbours = page.getByRole('list', { name: 'river9' }).getByRole('button');
    const shown = (texts: string[]) => texts.map((text) => text.split(' ')[0]);
    const cosine = vectors.mostSimilar('river9', { topn: 20 }).map(({ key }) => key);
    await expect.poll(async () => shown(await neighbours.allTextContents())).toEqual(cosine);
    await page.getByRole('radio', { name: 'distance' }).check();
    const scores = async () => (await neighbours.allTextContents()).map((text) => Number(text.split(' ')[1]));
    // Distances grow, cosines fall.
    await expect.poll(async () => (await scores())[19] - (await scores())[0]).toBeGreaterThan(0);
    expect(await page.getByRole('status').textContent()).toMatch(/^river9: nearest are river/);
  });

  test('a point is clicked where it is drawn', async () => {
    const canvas = page.locator('#points');
    const title = page.locator('#word-title');
    const middle = (await canvas.boundingBox()) as { x: number; y: number; width: number; height: number };
    await canvas.focus();
    for (const word of ['monday17', 'apple42']) {
      await page.keyboard.press('0');
      await page.keyboard.press('Escape');
      await expect.poll(() => title.isVisible()).toBe(false);
      // Nothing of the groups is near enough to the middle to be seen; a word that is chosen is brought there.
      for (let zoom = 0; zoom < 16; zoom++) await page.keyboard.press('+');
      await page.getByLabel('Find a word').fill(word);
      await page.getByRole('button', { name: word, exact: true }).click();
      await expect.poll(() => title.textContent()).toBe(word);
      await canvas.focus();
      await page.keyboard.press('Escape');
      await expect.poll(() => title.isVisible()).toBe(false);
      await page.mouse.click(middle.x + middle.width / 2, middle.y + middle.height / 2);
      await expect.poll(() => title.isVisible()).toBe(true);
      expect(await title.textContent()).toBe(word);
    }
  });

  test('the points are seen in 3-D, and turned by keys', async () => {
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('radio', { name: '3-D' }).check();
    await expect.poll(async () => (await layout()).dimensions).toBe(3);
    await expect.poll(() => painted(page)).toBeGreaterThan(2000);
    const before = await settled(page);
    await page.locator('#points').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => picture(page)).not.toBe(before);
    await page.keyboard.press('2');
    await expect.poll(() => page.getByRole('radio', { name: '2-D' }).isChecked()).toBe(true);
  });

  test.each(['t-SNE', 'UMAP'])('points are laid out by %s', async (name) => {
    const { revision } = await layout();
    await page.locator('#method').selectOption(name);
    await expect.poll(async () => (await layout()).revision, { timeout: 20_000 }).toBeGreaterThan(revision + 3);
    // Another layout ends it.
    await page.locator('#method').selectOption('PCA');
    await expect.poll(layout).toMatchObject({ method: 'pca', progress: null, error: null });
  });

  test('points are enclosed, listed and let go', async () => {
    await page.locator('#points').focus();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Show all' }).click();
    const box = (await page.locator('#points').boundingBox()) as {
      x: number;
      y: number;
      width: number;
      height: number;
    };
    await page.keyboard.down('Shift');
    await page.mouse.move(box.x + 2, box.y + 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width - 2, box.y + box.height - 2, { steps: 3 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await expect.poll(() => page.locator('#selection-title').textContent()).toBe('Selected: 400 words');
    expect(await page.locator('#selected button').count()).toBe(200);
    await page.getByRole('button', { name: 'Select none' }).click();
    expect(await page.locator('#selection').isVisible()).toBe(false);
  });

  test('points are coloured by a column, light or dark', async () => {
    const select = page.locator('#colour');
    await select.selectOption('Length of the vector');
    await page.getByRole('heading', { name: 'Length of the vector' }).waitFor();
    const light = await settled(page);
    await page.getByLabel('Theme').selectOption('Dark');
    await expect.poll(() => picture(page)).not.toBe(light);
    expect(await page.evaluate('getComputedStyle(document.body).colorScheme')).toBe('dark');
    await page.getByLabel('Theme').selectOption('As the system');
    await expect.poll(() => picture(page)).toBe(light);
  });

  test('labels beside the file colour the points, and choose them', async () => {
    const path = join(folder, 'four.vec');
    vectors.save(path);
    const group = (key: string) => key.replace(/\d+/, '');
    writeFileSync(
      join(folder, 'four.tsv'),
      `word\tgroup\n${vectors.keys.map((key) => `${key}\t${group(key)}`).join('\n')}\n`,
    );
    const labelled = await view(path);
    const other = await browser.newPage();
    await other.goto(labelled.url);
    const legend = other.getByRole('list', { name: 'Colours of group' });
    await legend.getByRole('button', { name: 'street 100' }).click();
    expect(await other.locator('#selection-title').textContent()).toBe('Selected: 100 words');
    await other.close();
    await labelled.close();
  });

  test('a run is watched while it learns', async () => {
    const run = join(folder, 'run');
    mkdirSync(run);
    Vocabulary.fromTokens(vectors.keys).save(join(run, 'vocabulary.json'));
    const live = await view(run);
    const other = await browser.newPage();
    await other.goto(live.url);
    await other.getByText('No weights have been written yet').waitFor();
    const weights = (weight: ReturnType<typeof randn>) =>
      saveSafetensors(join(run, 'model.safetensors'), { 'embedding.weight': weight });
    weights(randn([400, 8]));
    await other.getByText('400 words, 8 dimensions').waitFor();
    await expect.poll(() => painted(other)).toBeGreaterThan(2000);
    await other.getByLabel('Find a word').fill('river9');
    await other.getByRole('button', { name: 'river9', exact: true }).click();
    await other.locator('#neighbours button').first().waitFor();
    const before = await picture(other);
    writeFileSync(join(run, 'log.jsonl'), '{"step":20,"train/loss":4.5}\n{"step":40,"train/loss":3.25}\n');
    weights(vectors.vectors);
    await expect.poll(() => picture(other), { timeout: 5000 }).not.toBe(before);
    // Its neighbours are those of what it has learned.
    await expect.poll(() => other.locator('#neighbours button').first().textContent()).toMatch(/^river/);
    await other.getByRole('img', { name: 'train/loss over steps 20 to 40' }).waitFor();
    expect(await other.getByRole('row', { name: 'train/loss' }).textContent()).toBe('train/loss3.25at 40');
    expect(await other.locator('#heat-map').isVisible()).toBe(true);
    await other.close();
    await live.close();
  });

  test('it can be used on a narrow screen', async () => {
    const narrow = await browser.newPage({ viewport: { width: 360, height: 640 } });
    await narrow.goto(served.url);
    await narrow.getByText('400 words').waitFor();
    const overflow = await narrow.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
    await expect.poll(() => painted(narrow)).toBeGreaterThan(500);
    await narrow.close();
  });

  test('the server is lost and found', async () => {
    const port = Number(new URL(served.url).port);
    await served.close();
    const banner = page.getByRole('alert');
    await expect.poll(() => banner.isVisible()).toBe(true);
    expect(await banner.textContent()).toContain('The server does not answer');
    const connectionErrors = complaints.splice(0);
    expect(connectionErrors.every((text) => /ERR_(CONNECTION_REFUSED|INCOMPLETE|EMPTY)/.test(text))).toBe(true);
    served = await view(vectors, { port, token });
    await expect.poll(() => banner.isVisible(), { timeout: 10_000 }).toBe(false);
    complaints.splice(0);
    await page.getByLabel('Find a word').fill('street7');
    await expect.poll(() => page.locator('#found button').count()).toBe(11);
  });

  test('it complains of nothing, and asks nobody else', () => {
    expect(complaints).toEqual([]);
  });
});
