/** A report in the format that was asked for. */
import type { Report } from "../../whatif/report.js";
import { csvReport } from "./csv.js";
import { htmlReport } from "./html.js";
import { markdownReport } from "./markdown.js";
import { textReport } from "./text.js";

export const REPORT_FORMATS = ["text", "json", "csv", "markdown", "html"] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** `top`: how many groups of each kind are shown; `json` and `csv` have all. */
export function printReport(report: Report, format: ReportFormat, top: number): string {
  switch (format) {
    case "text":
      return textReport(report, top);
    case "json":
      return `${JSON.stringify(report, null, 2)}\n`;
    case "csv":
      return csvReport(report);
    case "markdown":
      return markdownReport(report, top);
    case "html":
      return htmlReport(report, top);
  }
}
