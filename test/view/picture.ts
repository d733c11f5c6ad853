// What is drawn on the page. These run in the browser, whose names this project's compiler does not know: hence text.
import { setTimeout as wait } from 'node:timers/promises';
import type { Page } from 'playwright-core';

/** How many pixels of the picture are not paper. */
export function painted(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('#points');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const pixels = new Uint32Array(data.buffer);
    return pixels.reduce((count, pixel) => count + (pixel === pixels[0] ? 0 : 1), 0);
  })()`);
}

/** The picture, to be compared with another. */
export function picture(page: Page): Promise<string> {
  return page.evaluate(`document.querySelector('#points').toDataURL()`);
}

/** The picture when points move no more. */
export async function settled(page: Page): Promise<string> {
  let before = await picture(page);
  for (;;) {
    await wait(400);
    const now = await picture(page);
    if (now === before) return now;
    before = now;
  }
}
