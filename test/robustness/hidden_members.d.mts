export function hiddenMembers(): ReadonlySet<string>;
