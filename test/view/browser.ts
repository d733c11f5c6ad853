import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = [
  process.env.LUTRA_CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];

/** Where Chromium is; null where there is none and that is allowed (`.ci/run` does not allow it). */
export const browserPath: string | null = places.find((place) => place !== '' && existsSync(place)) ?? null;

if (browserPath === null) {
  const message = 'no Chromium was found: install it (Debian: apt-get install chromium) or name it by LUTRA_CHROMIUM';
  if (process.env.LUTRA_REQUIRE_CHROMIUM === '1') throw new Error(message);
  console.warn(`The page's tests are skipped: ${message}.`);
}

/** A browser without a graphics card, as a test machine has it. */
export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath ?? undefined,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
