/** Django's JavaScript catalogue, loaded by the page before any module. */
declare function gettext(message: string): string;
declare function ngettext(singular: string, plural: string, count: number): string;
