// The part of docs/parity.md that speaks of PyTorch's own sample inputs (test/torch/samples.test.ts).

import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const folder = new URL('../test/torch/', import.meta.url);

function readJson(path) {
  return JSON.parse(readFileSync(new URL(path, folder), 'utf8'));
}

/** The description at the head of the fixed part; test/torch/samples/container.py has the format. */
function readFixedPart() {
  const bytes = gunzipSync(readFileSync(new URL('fixtures/samples.bin.gz', folder)));
  return JSON.parse(bytes.toString('utf8', 12, 12 + bytes.readUInt32LE(8)));
}

function code(names) {
  return names.map((name) => `\`${name}\``).join(', ');
}

/** Names of one family, such as index_reduce.mean and index_reduce.prod, are one; Fourier's are not named one by one. */
function shortened(names) {
  const families = [...new Set(names.map((name) => (name.startsWith('nn.') ? name : name.replace(/\..*/, ''))))];
  return families.length > 12 ? `${code(families.slice(0, 12))} and ${families.length - 12} more` : code(families);
}

/** @returns {string} Markdown */
export function samplesSection() {
  const fixed = readFixedPart();
  const counts = readJson('samples/counts.json');
  const table = readJson('samples/counterparts.json');
  const differences = readJson('samples/differences.json');
  const samplesOf = (kind) => {
    const absent = new Set(counts[kind].absent.map((name) => name.replace(/^optim\./, '')));
    const there = fixed[kind].filter(({ name }) => !absent.has(name));
    return there.reduce((sum, { samples }) => sum + samples.length, 0);
  };
  const rows = ['operations', 'modules', 'optimizers'].map(
    (kind) => `| ${kind} | ${counts[kind].compared} | ${counts[kind].samples} | ${samplesOf(kind)} |`,
  );
  const known = differences.map(({ reason, names, dtypes }) => {
    const where = names ? shortened(names) : dtypes ? `every operation on ${dtypes.join(' and ')}` : 'everywhere';
    return `- ${reason} (${where}).`;
  });
  const groups = new Map();
  for (const { reason, names } of [...table.operationsWithout, ...table.modulesWithout]) {
    groups.set(reason, [...(groups.get(reason) ?? []), ...names]);
  }
  const without = [...groups].map(([reason, names]) => `- ${reason}: ${shortened(names)}`);
  const absent = ['operations', 'modules', 'optimizers'].flatMap((kind) => counts[kind].absent);
  return `## PyTorch's own samples

PyTorch ${fixed.torch} tests itself on a database of sample inputs (\`op_db\`, \`module_db\`, \`optim_db\` of
\`torch.testing._internal\`). \`test/torch/samples.test.ts\` makes the same calls here and compares shapes, dtypes, values,
gradients, which memory results share with inputs, in-place forms, the same with strided tensors, and that what PyTorch
refuses is refused by a typed error. The tests hold a fixed part; \`npm run samples -- PYTHON\` compares everything.

| | compared | samples | of them in the tests |
|---|---|---|---|
${rows.join('\n')}

Every sample agrees, except:

${known.join('\n')}

Entries of PyTorch's without a counterpart here:

${without.join('\n')}
${absent.length > 0 ? `- not yet there: ${code(absent)}\n` : ''}`;
}
