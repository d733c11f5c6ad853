// The version of a release and its section of the changelog.

/** @throws Error when `next` is no version, or not later than the present one, unless that is still open in the changelog. */
export function checkVersion(next, present, changelog) {
  const parts = /^(\d+)\.(\d+)\.(\d+)$/
    .exec(next ?? '')
    ?.slice(1)
    .map(Number);
  if (parts === undefined) throw new Error(`VERSION: must be three numbers such as 1.2.3, got ${next ?? 'nothing'}`);
  const before = present.split('.').map(Number);
  const i = parts.findIndex((part, at) => part !== before[at]);
  const isOpen = changelog.includes(`## ${present} (unreleased)`);
  if (i === -1 ? !isOpen : parts[i] < before[i]) throw new Error(`VERSION: must be later than ${present}, got ${next}`);
}

/** The changelog with its open section closed under a version and a date. @throws Error when there is none with an entry. */
export function closeChangelog(changelog, version, date) {
  const open = /^## .*\(unreleased\)$/m.exec(changelog);
  if (open === null) throw new Error('CHANGELOG.md has no section "## … (unreleased)"');
  const rest = changelog.slice(open.index + open[0].length);
  if (!/\S/.test(rest.split(/^## /m)[0])) throw new Error('the open section of CHANGELOG.md is empty');
  return `${changelog.slice(0, open.index)}## ${version} (${date})${rest}`;
}

/** What the changelog tells of one version. */
export function notesOf(changelog, version) {
  const start = changelog.indexOf(`## ${version} (`);
  if (start === -1) throw new Error(`CHANGELOG.md has no section of ${version}`);
  return changelog.slice(start).split('\n').slice(1).join('\n').split(/^## /m)[0].trim();
}
