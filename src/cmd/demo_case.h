/*
 * One case of the demonstration's year: who asks whom about what, drawn from the seed, and each of its steps as the acts of
 * officers on both sides.
 */
#ifndef BESA_CMD_DEMO_CASE_H
#define BESA_CMD_DEMO_CASE_H

#include "cmd/demo_names.h"
#include "cmd/demo_texts.h"
#include "cmd/demo_world.h"

/* The steps of a case in their usual order; the last two belong to the desk. */
enum demo_step {
    DEMO_STEP_OPEN,    /* the asking side opens its case */
    DEMO_STEP_CALL,    /* something comes by telephone or on paper, and is registered */
    DEMO_STEP_SEND,    /* it asks */
    DEMO_STEP_RECEIVE, /* the other side reads, opens a case of its own, gives it to a unit */
    DEMO_STEP_DECIDE,  /* urgent: says whether it has direct access, or doubts the urgency */
    DEMO_STEP_QUESTION,
    DEMO_STEP_REPLY,
    DEMO_STEP_DELAY, /* a court is asked */
    DEMO_STEP_ANSWER,
    DEMO_STEP_READ,
    DEMO_STEP_CLOSE_THERE,
    DEMO_STEP_CLOSE,
    DEMO_STEP_SHIFT,
    DEMO_STEP_ERASE,
    DEMO_STEP_COUNT
};

/* The people who come up again and again, under this spelling and that. */
#define DEMO_CAST_SIZE 60
struct demo_cast {
    struct demo_person people[DEMO_CAST_SIZE];
};
void demo_cast_make(uint64_t seed, struct demo_cast *out);

enum demo_outcome { DEMO_FULL, DEMO_PARTIAL, DEMO_NOTHING, DEMO_REFUSED };

#define DEMO_NUMBER_SIZE 24
struct demo_case {
    size_t from; /* index of the node that asks */
    size_t to;
    const char *agreement;
    enum demo_kind kind;
    const struct demo_plot *plot;
    struct demo_words words;
    char name[2 * DEMO_NAME_SIZE];
    char plate[16];
    struct demo_person suspect;
    enum demo_spelling spelling;
    struct demo_person other; /* who is protected, or an associate */
    bool has_other;
    enum demo_outcome outcome;
    bool is_urgent;
    bool is_restricted;
    bool is_doubted; /* its urgency */
    bool is_translated;
    uint32_t luck;                    /* for choices of words */
    char number[2][DEMO_NUMBER_SIZE]; /* of the case, at both */
    char reference[32];
    int64_t at_ms[DEMO_STEP_COUNT]; /* 0: never */
    /* as it is lived */
    char request[ID_SIZE];
    char question[ID_SIZE];
    char doubt[ID_SIZE];
    char answer[ID_SIZE];
    int64_t task; /* 0: none */
};

/* The `index`th of `count` cases of a year that begins at that time. */
void demo_case_draw(uint64_t seed, size_t index, size_t count, const struct demo_cast *cast,
                    int64_t begins_ms, struct demo_case *out);
bool demo_case_do(struct demo_world *world, struct demo_case *one, enum demo_step step,
                  struct error *err);
/* True when something of it goes to the other side; the rest waits at home until then, as it may. */
bool demo_step_crosses(enum demo_step step);
/* A duty officer of each node hands over to the other. */
bool demo_shift_do(struct demo_world *world, size_t number, struct error *err);
/* What is due is erased, as the hourly pass does. */
bool demo_erase_do(struct demo_world *world, struct error *err);

#endif
