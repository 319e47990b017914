/** How a question is drawn: by its kind, by the widget its author chose, by what it offers (pure). */
import type { Question } from "../paper";

export type Drawing =
  /** All options in view, one or several of them picked. */
  | "options"
  /** A drop-down list. */
  | "list"
  /** A list in which several are picked. */
  | "box_list"
  /** One box to tick. */
  | "box"
  | "line"
  | "area"
  | "number"
  /** The browser's own calendar or clock. */
  | "picker"
  /** A date or a time typed as text. */
  | "typed_time"
  | "matching"
  | "ordering"
  | "file"
  | "info";

type Asked = Pick<Question, "kind" | "widget" | "choices">;

const PICKED: Record<string, Drawing> = { Select: "list", SelectMultiple: "box_list" };

export function drawingOf({ kind, widget, choices }: Asked): Drawing {
  switch (kind) {
    case "info":
    case "file":
    case "matching":
    case "ordering":
      return kind;
    case "choice":
      return PICKED[widget] ?? "options";
    default:
      return choices.length > 0 ? (PICKED[widget] ?? "options") : valueDrawing(kind, widget);
  }
}

/** Of a question for a value that offers none to pick. */
function valueDrawing(kind: Question["kind"], widget: string): Drawing {
  switch (kind) {
    case "bool":
      return widget === "CheckboxInput" ? "box" : (PICKED[widget] ?? "options");
    case "rating":
      return widget === "TextInput" ? "number" : (PICKED[widget] ?? "options");
    case "text":
      return widget === "TextInput" ? "line" : "area";
    case "char":
      return widget === "Textarea" ? "area" : "line";
    case "date":
    case "datetime":
    case "time":
      return widget === "TextInput" ? "typed_time" : "picker";
    default:
      return "number";
  }
}
