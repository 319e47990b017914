/** What became of an incident, for the board and for the student. */
import { t } from "$web/i18n";
import type { IncidentView } from "$web/wire";

/** Who decided it, and how; empty while nobody has. */
export function verdictText({ state, owner }: Pick<IncidentView, "state" | "owner">): string {
  const verdicts: Record<string, string> = {
    noted: t("noted by %(name)s", { name: owner }),
    dismissed: t("dismissed by %(name)s", { name: owner }),
    escalated: t("passed on by %(name)s", { name: owner }),
  };
  return verdicts[state] ?? "";
}
