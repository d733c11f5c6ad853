// Builds the site into build/site: docs/ as it stands, the examples, and the doc comments of what the package exports.
// VitePress fails the build where a link leads nowhere. Its tools are installed in this folder, apart from the package's.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeApi } from './api.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const source = join(here, 'source');

/** Where a file of the repository is on the site, without its extension. */
const pages = new Map([
  ['CONTRIBUTING.md', 'contributing'],
  ['CHANGELOG.md', 'changelog'],
  ['examples/README.md', 'examples/index'],
]);

function slashes(path) {
  return path.split(sep).join('/');
}

for (const entry of readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith('.md')) continue;
  const file = slashes(relative(join(root, 'docs'), join(entry.parentPath, entry.name)));
  pages.set(`docs/${file}`, file.replace(/\.md$/, ''));
}

/** Other files that pages link to become pages: texts as they are, programs as their code. */
function pageOfFile(file) {
  const page = file.replace(/\.\w+$/, '').replace(/README$/, 'index');
  pages.set(file, page);
  const text = readFileSync(join(root, file), 'utf8');
  const kind = posix.extname(file).slice(1);
  if (kind === 'md') writePage(file, page);
  else write(page, `# ${posix.basename(file)}\n\n\`\`\`${kind}\n${text}\`\`\`\n`);
  return page;
}

function writePage(file, page) {
  write(page, plain(linked(file, page, readFileSync(join(root, file), 'utf8'))));
}

function write(page, text) {
  const path = join(source, `${page}.md`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A page's text with links to files as links to pages. */
function linked(file, page, text) {
  const links = /\]\(([^)\s]+)\)/g;
  return text.replace(links, (whole, link) => {
    if (/^(\w+:|#)/.test(link)) return whole;
    const [path, fragment] = link.split('#');
    const target = posix.join(posix.dirname(file), path);
    if (!existsSync(join(root, target))) throw new Error(`${file}: ${link} leads nowhere`);
    const found = pages.get(target) ?? (/\.(md|ts|mjs|py)$/.test(target) ? pageOfFile(target) : null);
    if (found === null) throw new Error(`${file}: ${link} is no page of the site`);
    const way = posix.relative(posix.dirname(page), found);
    return `](${way.startsWith('.') ? way : `./${way}`}${fragment === undefined ? '' : `#${fragment}`})`;
  });
}

/** Outside of code, what a reader sees as text must not be read as a Vue template. */
function plain(text) {
  return text
    .split(/(^```[\s\S]*?^```$)/m)
    .map((part, k) => (k % 2 === 1 ? part : part.replaceAll('{{', '&#123;&#123;')))
    .join('');
}

function run(file, ...args) {
  const { status } = spawnSync(process.execPath, [join(here, 'node_modules', file), ...args], {
    cwd: here,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(join(here, 'node_modules', 'vitepress'))) {
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
rmSync(source, { recursive: true, force: true });
mkdirSync(source, { recursive: true });
cpSync(join(here, 'index.md'), join(source, 'index.md'));
mkdirSync(join(source, 'public'));
cpSync(join(root, 'page', 'icon.svg'), join(source, 'public', 'icon.svg'));
for (const [file, page] of [...pages]) {
  writePage(file, page);
}
writeApi({ root, here, source, run });
run('vitepress/bin/vitepress.js', 'build', '.');
