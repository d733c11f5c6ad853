// Writes docs/parity.md: which test covers which of PyTorch's arguments, from test/torch/parity.json.
//
//   node scripts/make_parity.mjs          write it
//   node scripts/make_parity.mjs --check  fail where a test or a case is missing, or the file is not up to date
//
// Evidence is one of: {test, name}: a test file and a part of a test's title in it; {option}: cases of the section's
// fixtures that give this option to the section's class; {cases}: cases whose names hold this text; {missing}: why
// there is nothing. `differences` lists, with a test each, what is there and is not as in PyTorch. A fixture counts only
// when its test file reads it. scripts/parity_samples.mjs adds what PyTorch's own samples say.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { samplesSection } from './parity_samples.mjs';

const root = new URL('../', import.meta.url);
const documentPath = new URL('docs/parity.md', root);

function read(path) {
  const url = new URL(path, root);
  return existsSync(url) ? readFileSync(url, 'utf8') : null;
}

/** The titles of a test file's tests and groups, as they stand in the source. */
function titlesOf(source) {
  return [...source.matchAll(/\b(?:it|test|describe)\(\s*(['"`])((?:\\.|(?!\1).)*)\1/gs)].map((match) => match[2]);
}

/** All cases of a fixture, whatever its lists are called. */
function casesOf(fixture) {
  const lists = Object.values(JSON.parse(fixture)).filter(Array.isArray);
  return lists.flat().filter((item) => typeof item === 'object' && item !== null && typeof item.name === 'string');
}

/** How often the test file would meet this evidence; what is wrong goes to `problems`. */
function countCases({ class: name, fixture }, evidence, where, problems) {
  if (fixture === undefined) {
    problems.push(`${where}: its section names no fixture`);
    return 0;
  }
  const source = read(fixture.file);
  let count = 0;
  for (const file of fixture.fixtures) {
    const text = read(`test/torch/fixtures/${file}.json`);
    const short = file.slice(file.indexOf('_') + 1);
    if (source === null || text === null)
      problems.push(`${where}: ${source === null ? fixture.file : file} does not exist`);
    else if (!source.includes(`'${file}'`) && !source.includes(`'${short}'`)) {
      problems.push(`${where}: ${fixture.file} does not read ${file}`);
    } else count += casesOf(text).filter((item) => fits(item, name, evidence)).length;
  }
  if (count === 0) problems.push(`${where}: no case of ${fixture.fixtures.join(', ')} has ${JSON.stringify(evidence)}`);
  return count;
}

function fits(item, name, evidence) {
  if (evidence.cases !== undefined) return item.name.includes(evidence.cases);
  const maker = item.module ?? item.spec?.scheduler ?? item.optimizer;
  const options = item.spec?.options ?? item.options ?? {};
  const inGroups = (item.groups ?? []).some((group) => evidence.option in group);
  return maker === name && (evidence.option in options || inGroups);
}

function checkTest(evidence, where, problems) {
  const source = read(evidence.test);
  if (source === null) problems.push(`${where}: ${evidence.test} does not exist`);
  else if (!titlesOf(source).some((title) => title.includes(evidence.name))) {
    problems.push(`${where}: ${evidence.test} has no test whose title holds ${JSON.stringify(evidence.name)}`);
  }
}

/** A cell's text; a title may hold what Markdown would read as markup. */
function cell(text) {
  return text.replaceAll('|', '\\|');
}

/**
 * The document, and what is wrong with the list.
 * @param {{sections: object[]}} [list] default: test/torch/parity.json
 * @returns {{markdown: string, problems: string[]}}
 */
export function makeParity(list = JSON.parse(read('test/torch/parity.json'))) {
  const problems = [];
  const parts = [];
  let covered = 0;
  /** By reason and argument: the sections that lack it. */
  const missing = new Map();
  for (const section of list.sections) {
    const rows = [];
    for (const [argument, evidence] of Object.entries(section.arguments)) {
      const where = `${section.title}, ${argument}`;
      if (evidence.missing !== undefined) {
        const what = argument === '(everything)' ? '' : `, \`${argument}\``;
        const places = missing.get(`${evidence.missing}${what}`) ?? { what, reason: evidence.missing, titles: [] };
        places.titles.push(section.title);
        missing.set(`${evidence.missing}${what}`, places);
        rows.push(`| ${cell(argument)} | **not there**: ${cell(evidence.missing)} |`);
        continue;
      }
      covered++;
      if (evidence.test !== undefined) {
        checkTest(evidence, where, problems);
        rows.push(`| ${cell(argument)} | \`${evidence.test}\`: ${cell(evidence.name)} |`);
      } else {
        const count = countCases(section, evidence, where, problems);
        const what = evidence.cases === undefined ? `\`${evidence.option}\`` : `“${cell(evidence.cases)}”`;
        const plural = count === 1 ? 'case' : 'cases';
        rows.push(`| ${cell(argument)} | \`${section.fixture?.file}\`: ${count} ${plural} with ${what} |`);
      }
    }
    parts.push(`## ${section.title}\n\n| argument | covered by |\n|---|---|\n${rows.join('\n')}\n`);
  }
  const differences = (list.differences ?? []).map(({ what, test, name }) => {
    checkTest({ test, name }, `differences, ${what.slice(0, 30)}`, problems);
    return `- ${what} (\`${test}\`: ${name})`;
  });
  const absences = [...missing.values()].map(({ what, reason, titles }) => `- ${titles.join(', ')}${what}: ${reason}.`);
  const head = `# Parity with PyTorch

Made by \`node scripts/make_parity.mjs\` from \`test/torch/parity.json\`; the tests check that every test and case it names
exists. Cases come from fixtures that PyTorch 2.13 made: outputs and every gradient (of optimizers and schedulers, whole
trajectories). ${covered} arguments are covered.

## Not there

${absences.join('\n')}

## Different

${differences.join('\n')}

${samplesSection()}`;
  return { markdown: `${head}\n${parts.join('\n')}`, problems };
}

/** The document as it lies in docs/. */
export function writtenParity() {
  return existsSync(documentPath) ? readFileSync(documentPath, 'utf8') : '';
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { markdown, problems } = makeParity();
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exitCode = 1;
  else if (!process.argv.includes('--check')) writeFileSync(documentPath, markdown);
  else if (markdown !== writtenParity()) {
    console.error('docs/parity.md is not up to date: run node scripts/make_parity.mjs');
    process.exitCode = 1;
  }
}
