/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception */
/*
 * The overlap protocol of runtime/src/protocol.h, explored exhaustively: every interleaving of two
 * and three threads, each with the store buffer of total store order (Owens, Sarkar, Sewell, "A
 * better x86 memory model: x86-TSO", 2009). Two claims are checked in every execution:
 *
 *     overlap implies report     two operations that overlap, one of them a write: one of the two
 *                                threads reports
 *     exclusion implies silence  with a lock around each operation nobody reports
 *
 * The side that comes second in the order of the word always knows, by the word alone; that writers
 * scan, too, and look again at their end, is for the other side's sake, and no claim rests on it.
 *
 * The steps below follow protocol.h, hooks.c and operations.c line by line. Mutants, each with one
 * of them left out or weakened, must break a claim: else the model would not see what it is for.
 *
 *     model_protocol      explores, and says how many states it has seen
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS = 3, BUFFER = 4 };
enum location { WORD, TOUCHED, LOCK, SLOT, LOCATIONS = SLOT + THREADS };
enum role { READER, WRITER };

static const char *const mutants[] = {
    "none",
    "the claim is a load and a store, not an exchange",
    "a read does not look at the word again",
    "a read does not mind a claim that it observes",
    "a write minds neither the claim that it replaces nor what it finds later",
    "stamps repeat",
    "a read looks at the word for the second time before it reads",
    "a write leaves its stamp before it writes",
    "a write leaves no stamp",
    "an operation is not retracted",
    "an operation is retracted after the lock is released",
};
enum mutant {
    NONE,
    CLAIM_IS_STORE,
    NO_RECHECK,
    CLAIM_OBSERVED,
    CLAIM_REPLACED,
    STAMPS_REPEAT,
    RECHECK_EARLY,
    STAMP_EARLY,
    NO_STAMP,
    NO_RETRACT,
    RETRACT_LATE,
    MUTANTS
};

/* The steps of an operation, in order; a reader passes over those of a writer and vice versa. */
enum step {
    ACQUIRE,
    TOUCH,
    PUBLISH,
    OBSERVE,
    CLAIM_STORE,
    COMPANY,
    SCAN,
    STAMP_FIRST,
    RECHECK_FIRST,
    INSIDE, /* the map is read or written */
    RECHECK,
    COMPANY_AGAIN,
    SCAN_AGAIN,
    LOOK_AGAIN,
    STAMP,
    RETRACT,
    RELEASE,
    RETRACT_LAST,
    OVER
};

struct store {
    uint8_t where, what;
};

struct thread {
    uint8_t step, done, scan, buffered;
    uint8_t word, found; /* observed; what the exchange returned */
    bool inside, reported, collided;
    struct store buffer[BUFFER];
};

struct state {
    uint8_t memory[LOCATIONS];
    struct thread threads[THREADS];
};

struct setting {
    int threads, rounds;
    enum role roles[THREADS];
    bool locked;
    enum mutant mutant;
};

static uint8_t claim_of(int thread) { return (uint8_t)(0x80 | thread); }
static bool is_claim(uint8_t word) { return word & 0x80; }
static uint8_t bit_of(int thread) { return (uint8_t)(1 << thread); }

/* ---- memory ---------------------------------------------------------------------------------- */

static uint8_t load(const struct state *state, int self, int where) {
    const struct thread *thread = &state->threads[self];
    for (int i = thread->buffered; i-- > 0;)
        if (thread->buffer[i].where == where)
            return thread->buffer[i].what;
    return state->memory[where];
}

static void store(struct state *state, int self, int where, uint8_t what) {
    struct thread *thread = &state->threads[self];
    if (thread->buffered == BUFFER)
        abort(); /* a step that may store is not enabled then */
    thread->buffer[thread->buffered++] = (struct store){(uint8_t)where, what};
}

static void flush(struct state *state, int self) {
    struct thread *thread = &state->threads[self];
    state->memory[thread->buffer[0].where] = thread->buffer[0].what;
    thread->buffered--;
    memmove(thread->buffer, thread->buffer + 1, thread->buffered * sizeof *thread->buffer);
    thread->buffer[thread->buffered] = (struct store){0, 0};
}

/* ---- the protocol ---------------------------------------------------------------------------- */

static void report(struct state *state, int self) { state->threads[self].reported = true; }

/* From here on the operation counts as under way: who else is? */
static void enter(struct state *state, const struct setting *setting, int self) {
    state->threads[self].inside = true;
    for (int i = 0; i < setting->threads; i++)
        if (i != self && state->threads[i].inside &&
            (setting->roles[i] == WRITER || setting->roles[self] == WRITER))
            state->threads[i].collided = state->threads[self].collided = true;
}

static void observe(struct state *state, const struct setting *setting, int self) {
    struct thread *thread = &state->threads[self];
    if (setting->roles[self] == READER) {
        thread->word = load(state, self, WORD);
        if (is_claim(thread->word) && setting->mutant != CLAIM_OBSERVED)
            report(state, self);
        enter(state, setting, self);
        return;
    }
    thread->found =
        setting->mutant == CLAIM_IS_STORE ? load(state, self, WORD) : state->memory[WORD];
    if (setting->mutant != CLAIM_IS_STORE)
        state->memory[WORD] = claim_of(self);
    if (is_claim(thread->found) && setting->mutant != CLAIM_REPLACED)
        report(state, self);
    enter(state, setting, self);
}

/* Where a scan goes on: behind it, if nobody else has touched the map. */
static void company(struct state *state, int self) {
    struct thread *thread = &state->threads[self];
    thread->scan = 0;
    if (load(state, self, TOUCHED) == bit_of(self))
        thread->step = thread->step == COMPANY ? SCAN : LOOK_AGAIN; /* passes over them */
}

static void scan(struct state *state, const struct setting *setting, int self) {
    struct thread *thread = &state->threads[self];
    if (setting->mutant != CLAIM_REPLACED && thread->scan != self &&
        load(state, self, TOUCHED) & bit_of(thread->scan) && load(state, self, SLOT + thread->scan))
        report(state, self);
    if (++thread->scan < setting->threads)
        thread->step--; /* the same step again */
}

static void recheck(struct state *state, int self) {
    struct thread *thread = &state->threads[self];
    if (load(state, self, WORD) != thread->word)
        report(state, self);
    thread->inside = false;
}

static void stamp(struct state *state, const struct setting *setting, int self) {
    struct thread *thread = &state->threads[self];
    const int number = setting->mutant == STAMPS_REPEAT ? 0 : 1 + self * 8 + thread->done;
    if (setting->mutant != NO_STAMP)
        store(state, self, WORD, (uint8_t)number);
    thread->inside = false;
}

static bool is_for(enum role role, int step) {
    static const uint8_t writers[] = {CLAIM_STORE,   COMPANY,    SCAN,       STAMP_FIRST,
                                      COMPANY_AGAIN, SCAN_AGAIN, LOOK_AGAIN, STAMP};
    static const uint8_t readers[] = {RECHECK_FIRST, RECHECK};
    if (memchr(writers, step, sizeof writers))
        return role == WRITER;
    return !memchr(readers, step, sizeof readers) || role == READER;
}

/* Locked operations drain the buffer first; the others need room in it for what they may store. */
static bool enabled(const struct state *state, const struct setting *setting, int self) {
    const struct thread *thread = &state->threads[self];
    const bool exchange = setting->roles[self] == WRITER && setting->mutant != CLAIM_IS_STORE;
    switch (thread->step) {
    case OVER:
        return false;
    case ACQUIRE:
        return !setting->locked || (thread->buffered == 0 && state->memory[LOCK] == 0);
    case TOUCH:
        return thread->buffered == 0;
    case OBSERVE:
        return thread->buffered == 0 || !exchange;
    default:
        return thread->buffered < BUFFER;
    }
}

static void take_step(struct state *state, const struct setting *setting, int self) {
    struct thread *thread = &state->threads[self];
    const enum mutant mutant = setting->mutant;
    const int step = thread->step;
    if (!is_for(setting->roles[self], step)) {
        thread->step++;
        return;
    }
    switch (step) {
    case ACQUIRE:
        state->memory[LOCK] = setting->locked;
        break;
    case TOUCH:
        state->memory[TOUCHED] |= bit_of(self);
        break;
    case PUBLISH:
        store(state, self, SLOT + self, 1);
        break;
    case OBSERVE:
        observe(state, setting, self);
        break;
    case CLAIM_STORE:
        if (mutant == CLAIM_IS_STORE)
            store(state, self, WORD, claim_of(self));
        break;
    case COMPANY:
    case COMPANY_AGAIN:
        company(state, self);
        break;
    case SCAN:
    case SCAN_AGAIN:
        scan(state, setting, self);
        break;
    case STAMP_FIRST:
        if (mutant == STAMP_EARLY) {
            stamp(state, setting, self);
            thread->inside = true;
        }
        break;
    case RECHECK_FIRST:
        if (mutant == RECHECK_EARLY) {
            recheck(state, self);
            thread->inside = true;
        }
        break;
    case RECHECK:
        if (mutant == NO_RECHECK || mutant == RECHECK_EARLY)
            thread->inside = false;
        else
            recheck(state, self);
        break;
    case LOOK_AGAIN:
        if (load(state, self, WORD) != claim_of(self) && mutant != STAMP_EARLY &&
            mutant != CLAIM_REPLACED)
            report(state, self);
        break;
    case STAMP:
        if (mutant == STAMP_EARLY)
            thread->inside = false;
        else
            stamp(state, setting, self);
        break;
    case RETRACT:
    case RETRACT_LAST:
        if (mutant != NO_RETRACT && (step == RETRACT_LAST) == (mutant == RETRACT_LATE))
            store(state, self, SLOT + self, 0);
        break;
    case RELEASE:
        if (setting->locked)
            store(state, self, LOCK, 0);
        break;
    }
    if (++thread->step == OVER && ++thread->done < setting->rounds)
        thread->step = ACQUIRE;
}

/* ---- exploration ----------------------------------------------------------------------------- */

static struct state *seen;
static size_t seen_count, seen_room, explored;

static uint64_t hash(const struct state *state) {
    const unsigned char *bytes = (const unsigned char *)state;
    uint64_t value = 0xcbf29ce484222325;
    for (size_t i = 0; i < sizeof *state; i++)
        value = (value ^ bytes[i]) * 0x100000001b3;
    return value ^ value >> 32;
}

static bool insert(const struct state *state) {
    for (size_t at = hash(state) % seen_room;; at = (at + 1) % seen_room) {
        if (seen[at].threads[0].step == UINT8_MAX) {
            seen[at] = *state;
            seen_count++;
            return true;
        }
        if (memcmp(&seen[at], state, sizeof *state) == 0)
            return false;
    }
}

static void clear(size_t room) {
    free(seen);
    seen = malloc(room * sizeof *seen);
    if (!seen)
        abort();
    for (size_t i = 0; i < room; i++)
        seen[i].threads[0].step = UINT8_MAX;
    seen_room = room;
    seen_count = 0;
}

/* As soon as anyone reports, the process would end: nothing beyond need be explored. */
static bool holds(const struct state *state, const struct setting *setting, bool *stop) {
    bool over = true, reported = false, collided = false;
    for (int i = 0; i < setting->threads; i++) {
        over = over && state->threads[i].step == OVER;
        reported = reported || state->threads[i].reported;
        collided = collided || state->threads[i].collided;
    }
    *stop = reported || over;
    return setting->locked ? !reported : !over || !collided || reported;
}

static bool explore(const struct setting *setting) {
    static struct state stack[1 << 16];
    size_t depth = 1;
    memset(&stack[0], 0, sizeof *stack);
    clear((size_t)1 << 18);
    insert(&stack[0]);
    while (depth) {
        const struct state state = stack[--depth];
        bool stop;
        if (!holds(&state, setting, &stop))
            return false;
        for (int move = 0; !stop && move < 2 * setting->threads; move++) {
            struct state next = state;
            const int self = move / 2;
            if (move % 2 ? state.threads[self].buffered == 0 : !enabled(&state, setting, self))
                continue;
            if (move % 2)
                flush(&next, self);
            else
                take_step(&next, setting, self);
            if (!insert(&next))
                continue;
            if (depth == sizeof stack / sizeof *stack || seen_count > seen_room / 2)
                abort(); /* the model has grown beyond what it was made for */
            stack[depth++] = next;
        }
    }
    explored += seen_count;
    return true;
}

/* All roles that threads may have, but for readers alone; false if a claim breaks. */
static bool check_all(int threads, int rounds, enum mutant mutant) {
    for (int roles = 1; roles < 1 << threads; roles++)
        for (int locked = 0; locked < 2; locked++) {
            struct setting setting = {
                .threads = threads, .rounds = rounds, .locked = locked, .mutant = mutant};
            for (int i = 0; i < threads; i++)
                setting.roles[i] = roles >> i & 1 ? WRITER : READER;
            if (explore(&setting))
                continue;
            if (mutant == NONE)
                printf("FAIL: %s breaks: %d threads, %d rounds, writers %x\n",
                       locked ? "exclusion implies silence" : "overlap implies report", threads,
                       rounds, (unsigned)roles);
            return false;
        }
    return true;
}

int main(void) {
    bool good = check_all(2, 1, NONE) && check_all(2, 2, NONE) && check_all(3, 1, NONE);
    printf("%zu states\n", explored);
    for (int mutant = NONE + 1; mutant < MUTANTS; mutant++) {
        if (!check_all(2, 1, (enum mutant)mutant) || !check_all(2, 2, (enum mutant)mutant))
            continue;
        printf("FAIL: no claim breaks when %s\n", mutants[mutant]);
        good = false;
    }
    return !good;
}
