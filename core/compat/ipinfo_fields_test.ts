import { deepEqual } from "node:assert/strict";
import { NumberReader } from "./c_number.ts";
import { readIpinfoFields } from "./ipinfo_fields.ts";

function check(text: string, fields: readonly number[]): void {
  deepEqual(readIpinfoFields(text, new NumberReader("0.96")), { ok: true, fields });
}

function checkProblem(text: string, message: string): void {
  deepEqual(readIpinfoFields(text, new NumberReader("0.96")), { ok: false, message });
}

Deno.test("up to five fields stand between commas, and may repeat", () => {
  check("4", [4]);
  check("0,1,2,3,4", [0, 1, 2, 3, 4]);
  check("0, 0x1,+2,4294967296", [0, 1, 2, 0]);
});

Deno.test("the first wrong field is told", () => {
  checkProblem("", "empty ipinfo field in ''");
  checkProblem("0,,5", "empty ipinfo field in '0,,5'");
  checkProblem("0,", "empty ipinfo field in '0,'");
  checkProblem("x,5", "invalid ipinfo field 'x' in 'x,5'");
  checkProblem("1 ", "invalid ipinfo field '1 ' in '1 '");
  checkProblem("5,x", "ipinfo value 5 out of range (0 - 4)");
  checkProblem("-1", "ipinfo value -1 out of range (0 - 4)");
});

Deno.test("a field that C cannot hold is told with errno's text", () => {
  const huge = "99999999999999999999";
  checkProblem(huge, `invalid ipinfo field '${huge}' in '${huge}': Numerical result out of range`);
});

Deno.test("the sixth field is one too many, if nothing else is wrong with it", () => {
  checkProblem("0,1,2,3,4,0", "too many ipinfo fields in '0,1,2,3,4,0'");
  checkProblem("0,1,2,3,4,", "empty ipinfo field in '0,1,2,3,4,'");
  checkProblem("0,1,2,3,4,x", "invalid ipinfo field 'x' in '0,1,2,3,4,x'");
  checkProblem("0,1,2,3,4,9", "ipinfo value 9 out of range (0 - 4)");
});
