/** Entry of the staff pages. */
import "./staff.css";
import { startRows } from "./staff";

startRows(document);
