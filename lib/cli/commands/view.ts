import { view } from '../../view/view.js';

export interface ViewSettings {
  port?: number;
  open: boolean;
  metadata?: string;
  limit?: number;
  points?: number;
}

/** `lutra view FILE`: serves the page until it is interrupted. */
export async function viewCommand(source: string, settings: ViewSettings): Promise<void> {
  const token = process.env.LUTRA_VIEW_TOKEN;
  const ended = new Promise<number>((resolve) => {
    process.once('SIGINT', () => resolve(130));
    process.once('SIGTERM', () => resolve(143));
  });
  const page = await Promise.race([view(source, { ...settings, ...(token ? { token } : {}) }), ended]);
  if (typeof page !== 'number') {
    console.log(`${page.url}\nThe page is at this address, for this machine alone; Ctrl-C ends it.`);
    await ended;
    await page.close();
  }
  // What is being computed for a page that nobody sees any more is not waited for.
  process.exit(await ended);
}
