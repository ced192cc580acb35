interface Waiting<In, Out> {
  readonly item: In;
  readonly done: (answer: Out) => void;
  readonly failed: (error: unknown) => void;
}

/** Questions of the same turn of the event loop go together: each waits for nothing, and many share one round trip. */
export class Cork<In, Out> {
  readonly #ask: (items: readonly In[]) => Promise<readonly Out[]>;
  readonly #most: number;
  #waiting: Waiting<In, Out>[] = [];

  /**
   * @param ask answers in the order of the questions, one for each
   * @param most questions that go together
   */
  constructor(ask: (items: readonly In[]) => Promise<readonly Out[]>, most: number) {
    this.#ask = ask;
    this.#most = most;
  }

  ask(item: In): Promise<Out> {
    return new Promise((done, failed) => {
      this.#waiting.push({ item, done, failed });
      if (this.#waiting.length === 1) setImmediate(() => this.#flush());
    });
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < waiting.length; from += this.#most)
      void this.#send(waiting.slice(from, from + this.#most));
  }

  async #send(waiting: readonly Waiting<In, Out>[]): Promise<void> {
    try {
      const answers = await this.#ask(waiting.map(({ item }) => item));
      if (answers.length !== waiting.length)
        throw new Error(`${answers.length} answers to ${waiting.length} questions`);
      waiting.forEach(({ done }, index) => done(answers[index] as Out));
    } catch (error) {
      waiting.forEach(({ failed }) => failed(error));
    }
  }
}
