import { readConfig } from "../../kit/config";
import { searchLogs, searchQuestion } from "./search";
import { openSearch, storeFields } from "./settings";

/** An operator on the host: one question as JSON, answered with one record a line, oldest first. */
export async function search(question: string | undefined): Promise<void> {
  try {
    const asked = searchQuestion.parse(JSON.parse(question ?? "{}"));
    const records = await searchLogs(openSearch(readConfig(storeFields, process.env)), asked);
    process.stdout.write(records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
