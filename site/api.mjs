// The pages of the API, a room a page: what lib/index.ts and lib/entries export, grouped by the room that it comes from.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Rooms in the order of the sidebar: the page's name, what it is about, and where its exports come from. */
const rooms = [
  ['tensors', 'Tensors and what is computed with them', ['tensor', 'ops', 'calls']],
  ['autograd', 'Gradients: what records them, walks back, checks', ['autograd']],
  [
    'nn',
    'Modules: `import { nn } from "lutra"`; what all have, containers, linear layers, functions, initialisation',
    ['nn'],
  ],
  ['nn_embeddings', 'Modules of `nn`: tables of vectors', ['nn_embeddings']],
  ['nn_sequences', 'Modules of `nn`: recurrent networks, attention, Transformers', ['nn_sequences']],
  ['nn_losses', 'Modules of `nn`: losses and similarities', ['nn_losses']],
  ['nn_signals', 'Modules of `nn`: convolution, pools, padding, normalisation, dropout', ['nn_signals']],
  ['nn_activations', 'Modules of `nn`: activations', ['nn_activations']],
  ['optim', 'Optimizers and schedules of their rates: `import { optim } from "lutra"`', ['optim']],
  ['data', 'Datasets, samplers, loaders', ['data']],
  ['files', 'Files of weights and arrays: safetensors, PyTorch’s, NumPy’s', ['io']],
  ['text', 'Vocabularies, corpora, tokenizers: also `lutra/text`', ['text']],
  ['vectors', 'Word vectors: also `lutra/vectors`', ['vectors']],
  ['train', 'The trainer, metrics, logs: also `lutra/train`', ['training']],
  ['projections', 'Many dimensions on a plane: also `lutra/projections`', ['projections']],
  ['plots', 'Pictures: `import { plots } from "lutra"`, or `lutra/plots`', ['plots']],
  ['view', 'A page of points in the browser', ['view']],
  ['tasks', 'What `lutra train` trains, for programs: `lutra/tasks` alone', ['tasks']],
  ['distributed', 'Training on several machines: `lutra/distributed` alone', ['distributed']],
  [
    'language_model',
    'The word language model of `lutra train TEXT`: `import { languageModel } from "lutra"`',
    ['language_model'],
  ],
  ['errors', 'Errors', ['errors.js']],
];

/** The modules of lib/nn whose pages are their own, by their files. */
const partsOfNn = [
  ['nn_embeddings', /embedding/],
  ['nn_sequences', /rnn|gru|lstm|recurrent|transformer|attention|positional|packed/],
  ['nn_losses', /loss|similarity|adaptive_log_softmax|class_sampler|cross_entropy/],
  ['nn_signals', /conv1d|pool|padding_layers|norm(alization)?|dropout/],
  ['nn_activations', /activation/],
];

const statementsOf = (text) => [...text.matchAll(/^export ([^;]*?) from '\.\/([^']+)';/gms)];

/** The statements that export, by the page where they are shown. */
function exportsByRoom(root) {
  const found = new Map();
  const add = (room, statement) => found.set(room, [...(found.get(room) ?? []), statement]);
  for (const [, what, path] of statementsOf(readFileSync(join(root, 'lib', 'index.ts'), 'utf8'))) {
    const room = path.split('/')[0];
    // A namespace's page shows what is in it.
    if (room !== 'nn') add(room, `export ${what.startsWith('* as') ? '*' : what} from '../../lib/${path}';`);
  }
  for (const [, what, path] of statementsOf(readFileSync(join(root, 'lib', 'nn', 'index.ts'), 'utf8'))) {
    const part = what.startsWith('*') ? undefined : partsOfNn.find(([, files]) => files.test(path));
    add(part?.[0] ?? 'nn', `export ${what} from '../../lib/nn/${path}';`);
  }
  for (const file of readdirSync(join(root, 'lib', 'entries'))) {
    const [, path] = /export \* from '\.\.\/([^']+)'/.exec(readFileSync(join(root, 'lib', 'entries', file), 'utf8'));
    const room = path.split('/')[0];
    if (!found.has(room)) add(room, `export * from '../../lib/${path}';`);
  }
  return found;
}

export function writeApi({ root, here, source, run }) {
  const found = exportsByRoom(root);
  const entries = join(here, 'entries');
  rmSync(entries, { recursive: true, force: true });
  mkdirSync(entries);
  const shown = rooms.filter(([, , places]) => places.some((place) => found.has(place)));
  for (const [name, about, places] of shown) {
    const statements = places.flatMap((place) => found.get(place) ?? []);
    for (const place of places) found.delete(place);
    const methods = "export type {} from '../../lib/index.js';";
    writeFileSync(
      join(entries, `${name}.ts`),
      `/**\n * ${about}.\n *\n * @module ${name}\n */\n\n${statements.join('\n')}\n${methods}\n`,
    );
  }
  if (found.size > 0) throw new Error(`site/api.mjs names no page for ${[...found.keys()].join(', ')}`);
  const api = join(source, 'api');
  run('typedoc/bin/typedoc', '--options', 'typedoc.json', '--out', api);
  for (const file of readdirSync(api, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.md')) continue;
    const path = join(api, file);
    // A shape that begins a line, `[batch]: …`, would be read as the definition of a link.
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll(/^(\s*)\[([^\]\n]+)\]:(?= )/gm, '$1\\[$2]:'));
  }
  const links = shown.map(([name]) => {
    const parts = join(api, name, 'namespaces');
    const link = existsSync(parts) ? `/api/${name}/` : `/api/${name}`;
    const text = name.replace('_', ': ');
    if (!existsSync(parts)) return { text, link };
    const items = readdirSync(parts, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md') && file !== 'utils/index.md')
      .map((file) => file.replaceAll('\\', '/').replace(/\.md$/, ''))
      .map((part) => ({
        text: part
          .replace(/\/index$/, '')
          .replaceAll('/namespaces/', '.')
          .replaceAll('/', '.'),
        link: `/api/${name}/namespaces/${part.replace(/index$/, '')}`,
      }));
    return { text, link, items };
  });
  writeFileSync(join(api, 'sidebar.json'), JSON.stringify(links));
  const list = shown
    .map(([name, about]) => `| [${name}](./${existsSync(join(api, name)) ? `${name}/` : name}) | ${about} |`)
    .join('\n');
  writeFileSync(
    join(api, 'index.md'),
    `# API\n\nWhat the package exports, by the room that it comes from; [coming from PyTorch](../guides/from_pytorch) has the rules of names. ` +
      `Shapes are in brackets, defaults and errors stand with each function; everything is there since 0.1.0 unless it says otherwise.\n\n| | |\n|---|---|\n${list}\n`,
  );
}
