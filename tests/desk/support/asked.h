/* One act by one officer at a node of a pair, for the tests of acts: what is asked, and what stands in the answer. */
#ifndef BESA_TESTS_DESK_ASKED_H
#define BESA_TESTS_DESK_ASKED_H

#include "journal/support/pair.h"

struct asked {
    const char *officer;
    const char *act;
    const char *arguments;   /* JSON */
    const char *case_number; /* NULL: for none */
    struct span body;        /* may be empty */
};

/* In the node's writer, as a job of its own. `answer` is emptied first, `err` cleared. */
bool asked_run(struct pair_node *node, const struct asked *asked, struct buffer *answer,
               struct error *err);

/* The same with a second officer beside (approval.h), or as a draft that waits for one: `is_asking`, and NULL for whoever may. */
bool asked_run_two(struct pair_node *node, const struct asked *asked, const char *approver,
                   bool is_asking, struct buffer *answer, struct error *err);
/* The second officer confirms the draft that `answer` tells of, in its case. */
bool asked_confirm(struct pair_node *node, const char *approver, const char *case_number,
                   struct buffer *answer, struct error *err);

/* A claim that fails prints the answer. */
bool answer_has(const struct buffer *answer, const char *text);
bool answer_lacks(const struct buffer *answer, const char *text);

/* An officer of the first node, entered by the node itself. */
bool asked_officer(struct pair_node *node, const char *id, const char *unit, const char *role,
                   struct buffer *answer, struct error *err);

#endif
