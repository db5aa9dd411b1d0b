/** How the fields of `-y` are shown: the one table of their titles and widths. */
import { asText, printable, wordText } from "../name/text.ts";
import type { ResponderFigures } from "../path/hop_figures.ts";
import type { IpInfoField } from "../view.ts";
import { type Naming, UNKNOWN } from "./naming.ts";

interface IpInfoColumn {
  /** In CSV. */
  readonly title: string;
  /** In JSON, and in capitals in XML. */
  readonly key: string;
  /** Of the whole text in a report, as in mtr's development head. */
  readonly width: number;
  /** Stands before the value. */
  readonly mark: "AS" | "";
}

export const IP_INFO_COLUMNS: Readonly<Record<IpInfoField, IpInfoColumn>> = {
  asn: { title: "Asn", key: "ASN", width: 14, mark: "AS" },
  prefix: { title: "Prefix", key: "Prefix", width: 19, mark: "" },
  country: { title: "Country", key: "Country", width: 4, mark: "" },
  registry: { title: "Registry", key: "Registry", width: 8, mark: "" },
  allocated: { title: "Allocated", key: "Allocated", width: 11, mark: "" },
};

/** A field and its text. */
export interface IpInfoCell {
  readonly field: IpInfoField;
  readonly column: IpInfoColumn;
  readonly text: string;
}

/** The fields that the view asks for, in its order: `AS???` or `???` where nothing is known, as in mtr. */
export function ipInfoOf(responder: ResponderFigures | undefined, naming: Naming): readonly IpInfoCell[] {
  return naming.view.ipinfo.map((field) => {
    const column = IP_INFO_COLUMNS[field];
    const value = responder && ipInfoValue(responder.address, field, naming);
    return { field, column, text: `${column.mark}${value ?? UNKNOWN}` };
  });
}

/** A field alone, printable; `undefined` if it is not known. */
export function ipInfoValue(address: string, field: IpInfoField, { names }: Naming): string | undefined {
  const value = names.ipInfo(address)?.[field] ?? "";
  return field === "asn" ? asText(value) : wordText(value);
}

/** Who has the AS number, where the source tells it and the view asks for anything of the kind. */
export function organizationOf(
  responder: ResponderFigures | undefined,
  { view, names }: Naming,
): string | undefined {
  if (responder === undefined || view.ipinfo.length === 0) return undefined;
  const organization = names.ipInfo(responder.address)?.organization;
  return organization && printable(organization);
}
