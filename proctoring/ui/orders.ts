/** The words of each dialog that sends something to a student. */
import { t } from "$web/i18n";

export type OrderKind = "message" | "pause" | "resume" | "extend" | "terminate" | "dismiss" | "answer";

export interface OrderWords {
  title: (name: string) => string;
  prompt: string;
  send: string;
  needsText: boolean;
  danger: boolean;
  warning?: string;
}

export const ORDERS: Record<OrderKind, () => OrderWords> = {
  message: () => ({
    title: (name) => t("Message to %(name)s", { name }),
    prompt: t("Message"),
    send: t("Send"),
    needsText: true,
    danger: false,
  }),
  pause: () => ({
    title: (name) => t("Pause %(name)s", { name }),
    prompt: t("Reason"),
    send: t("Pause"),
    needsText: true,
    danger: false,
    warning: t("The questions are hidden and the clock stands still until you resume. The time is given back exactly."),
  }),
  resume: () => ({
    title: (name) => t("Resume %(name)s", { name }),
    prompt: t("Words to the student (optional)"),
    send: t("Resume"),
    needsText: false,
    danger: false,
  }),
  extend: () => ({
    title: (name) => t("More time for %(name)s", { name }),
    prompt: t("Reason"),
    send: t("Extend"),
    needsText: true,
    danger: false,
  }),
  terminate: () => ({
    title: (name) => t("End the attempt of %(name)s", { name }),
    prompt: t("Reason"),
    send: t("End the attempt"),
    needsText: true,
    danger: true,
    warning: t("The student cannot go on. Everything saved so far is handed in and graded."),
  }),
  dismiss: () => ({
    title: (name) => t("Dismiss the incident of %(name)s", { name }),
    prompt: t("Reason"),
    send: t("Dismiss"),
    needsText: true,
    danger: false,
  }),
  answer: () => ({
    title: (name) => t("Answer to %(name)s", { name }),
    prompt: t("Answer"),
    send: t("Send"),
    needsText: true,
    danger: false,
  }),
};
