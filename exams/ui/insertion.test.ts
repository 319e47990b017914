import { expect, it, vi } from "vitest";
import { reference, Target } from "./insertion";

const ID = "0b6c7f0e-7d61-4a53-9d7e-000000000000";

function form(): HTMLFormElement {
  document.body.innerHTML = `<form><select name="format"><option value="markdown" selected></option></select>
    <label for="p">Question</label><textarea id="p">Look: here</textarea>
    <label for="c">Text</label><input id="c" dir="auto" value=""><input id="n" type="number"></form>`;
  return document.querySelector("form") as HTMLFormElement;
}

it("writes a reference for the format of the question, whatever the words are", () => {
  expect(reference(ID, "a [big] tree", "markdown")).toBe(`![a  big  tree](upload:${ID})`);
  expect(reference(ID, 'a "tree" <b>', "html")).toBe(`<img src="upload:${ID}" alt="a &quot;tree&quot; &lt;b&gt;">`);
});

it("inserts at the caret of the text that was written last, and says that the form has changed", () => {
  const element = form();
  const changed = vi.fn();
  element.addEventListener("input", changed);
  const target = new Target(element);
  const prompt = document.getElementById("p") as HTMLTextAreaElement;
  prompt.setSelectionRange(6, 6);
  target.insert("![x]");
  expect(prompt.value).toBe("Look: ![x]here");
  expect(changed).toHaveBeenCalledOnce();
  const choice = document.getElementById("c") as HTMLInputElement;
  choice.focus();
  (document.getElementById("n") as HTMLInputElement).focus();
  expect(target.label).toBe("Text");
  target.insert("![y]");
  expect(choice.value).toBe("![y]");
});
