/** Entry of the staff pages. */
import "./staff.css";
import { startBuilder } from "./builder";
import { startImports } from "./importing";
import { startKeeping } from "./redrawn";
import { startRows } from "./staff";

startRows(document);
startBuilder(document);
startImports(document);
startKeeping(document);
