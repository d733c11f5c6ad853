import { view } from '../../view/view.js';

export interface ViewSettings {
  port?: number;
  open: boolean;
  limit?: number;
  points?: number;
}

/** `lutra view FILE`: serves the page until it is interrupted. */
export async function viewCommand(source: string, settings: ViewSettings): Promise<void> {
  const token = process.env.LUTRA_VIEW_TOKEN;
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const starting = view(source, { ...settings, ...(token ? { token } : {}) });
  const page = await Promise.race([starting, ended]);
  if (page !== undefined) {
    console.log(`${page.url}\nThe page is at this address, for this machine alone; Ctrl-C ends it.`);
    await ended;
    await page.close();
  }
  // What is being computed for a page that nobody sees any more is not waited for.
  process.exit(0);
}
