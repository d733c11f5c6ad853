export declare function checkVersion(next: string | undefined, present: string, changelog: string): void;
export declare function closeChangelog(changelog: string, version: string, date: string): string;
export declare function notesOf(changelog: string, version: string): string;
