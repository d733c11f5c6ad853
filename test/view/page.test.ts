import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type View, view } from '../../lib/index.js';
import { browserPath, launch } from './browser.js';
import { groupedVectors } from './groups.js';

const vectors = groupedVectors(400);
const token = 'a-token-of-the-test';

describe.skipIf(browserPath === null)('the page in a browser', () => {
  let browser: Browser;
  let served: View;
  let page: Page;
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
  });

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
