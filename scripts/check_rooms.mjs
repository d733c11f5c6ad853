// Checks that imports follow the plan of the house: no circles, arrows downwards only, doors that few rooms may use.
// Takes the folders lib/ and native/ of the project, or of the folder that is named.
//
// dependency-cruiser would be the tool for this, but it reads TypeScript by the compiler's JavaScript interface, which
// TypeScript 7 no longer has (its `--info` says ">=2.0.0 <7.0.0"), and its newest version refuses Node 20.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { argv, exit } from 'node:process';
import { fileURLToPath } from 'node:url';

/**
 * The rooms of each house from the ground up. A room may import those of floors below its own, and itself; neighbours on one
 * floor don't know each other. A file beside the folders is a room of its own name.
 */
const houses = [
  {
    folder: 'lib',
    endings: ['.ts'],
    floors: [
      ['copies'],
      ['describe'],
      ['errors'],
      ['options', 'scoped', 'surplus', 'error_names'],
      ['settings'],
      ['addon'],
      ['tensor'],
      ['calls'],
      ['autograd'],
      ['ops'],
      ['nn', 'optim'],
      ['io'],
      ['data', 'text'],
      ['projections', 'training'],
      ['vectors'],
      ['distributed', 'language_model', 'plots'],
      ['tasks'],
      ['view'],
      ['index'],
      ['entries', 'cli'],
    ],
    doors: [
      {
        to: 'addon/native.ts',
        only: ['addon', 'calls', 'tensor/block.ts', 'tensor/pool.ts'],
        why: 'native code is called in lib/calls alone, but for memory, which tensors need before there are calls',
      },
      { to: 'calls/plan.ts', only: ['calls'], why: 'who fills a call’s numbers makes the call' },
      { to: 'addon', only: ['addon', 'calls', 'tensor', 'distributed'], why: 'lib/calls speaks for the addon' },
    ],
  },
  {
    folder: 'native',
    endings: ['.h', '.cc'],
    floors: [['threads'], ['simd'], ['memory'], ['random'], ['kernels'], ['binding'], ['mpi'], ['test']],
    doors: [
      { to: '<mpi.h>', only: ['mpi'], why: 'only the addon for several machines knows MPI' },
      { to: '<node_api.h>', only: ['binding'], why: 'only the binding knows Node' },
      { to: '<napi.h>', only: ['binding'], why: 'only the binding knows Node' },
      { to: 'binding', only: ['binding', 'mpi/module.cc'], why: 'kernels and their tests know no JavaScript' },
    ],
  },
];

function filesOf(folder, endings) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

/** What a file imports: paths from the house's folder, and `<names>` of what lies outside. */
function importsOf(folder, file) {
  const code = readFileSync(join(folder, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
  if (!file.endsWith('.ts')) {
    const includes = [...code.matchAll(/^#\s*include\s+(?:"([^"]+)"|(<[^>]+>))/gm)];
    return includes.map(([, own, outside]) => own ?? outside);
  }
  const imports = [...code.matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)];
  return imports.map(([, path]) => posix.join(posix.dirname(file), path).replace(/\.js$/, '.ts'));
}

function roomOf(file) {
  const slash = file.indexOf('/');
  return slash < 0 ? file.replace(/\.[^.]+$/, '') : file.slice(0, slash);
}

function isIn(file, place) {
  return file === place || file.startsWith(`${place}/`);
}

/** One circle of imports for each group of files that lead back to each other. */
function circlesOf(graph) {
  const circles = [];
  const state = new Map();
  const path = [];
  const visit = (file) => {
    state.set(file, 'open');
    path.push(file);
    for (const next of graph.get(file)) {
      if (!graph.has(next)) continue;
      if (state.get(next) === 'open') circles.push([...path.slice(path.indexOf(next)), next]);
      else if (!state.has(next)) visit(next);
    }
    path.pop();
    state.set(file, 'done');
  };
  for (const file of graph.keys()) if (!state.has(file)) visit(file);
  return circles;
}

function faultsOf(root, { folder, endings, floors, doors }) {
  const files = filesOf(join(root, folder), endings);
  const graph = new Map(files.map((file) => [file, importsOf(join(root, folder), file)]));
  const floorOf = new Map(floors.flatMap((rooms, floor) => rooms.map((room) => [room, floor])));
  const faults = circlesOf(graph).map((circle) => `${folder}: a circle of imports: ${circle.join(' → ')}`);
  const unknown = new Set(files.map(roomOf).filter((room) => !floorOf.has(room)));
  for (const room of unknown)
    faults.push(`${folder}/${room}: stands on no floor; give it one in scripts/check_rooms.mjs`);
  for (const [file, imports] of graph) {
    const from = roomOf(file);
    for (const target of imports) {
      const to = roomOf(target);
      if (graph.has(target) && from !== to && floorOf.get(to) >= floorOf.get(from)) {
        const how = floorOf.get(to) === floorOf.get(from) ? 'a neighbour on its floor' : 'a room above it';
        faults.push(`${folder}/${file}: imports ${target}; ${to} is ${how}`);
      }
      for (const door of doors) {
        if (!isIn(target, door.to) || door.only.some((place) => isIn(file, place))) continue;
        faults.push(`${folder}/${file}: imports ${target}, which is for ${door.only.join(', ')}: ${door.why}`);
      }
    }
  }
  return faults;
}

const root = argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url)));
const present = houses.filter(({ folder }) => existsSync(join(root, folder)));
const faults = present.flatMap((house) => faultsOf(root, house));
for (const fault of faults) console.error(fault);
if (faults.length > 0) {
  console.error(`${faults.length} imports run against the plan of the house (docs/architecture.md).`);
  exit(1);
}
