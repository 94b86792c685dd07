/*
 * Scene: a training agreement between Romania and Albania, a request and an answer, all fictional and all allowed; a test
 * changes one thing and asks for the ruling.
 */
#ifndef BESA_TESTS_AGREEMENT_SCENE_H
#define BESA_TESTS_AGREEMENT_SCENE_H

#include "agreement/permit.h"

#define SCENE_NOW_MS INT64_C(1767225600000) /* 2026-01-01 */
#define SCENE_DAY_MS INT64_C(86400000)
#define SCENE_BIT(n) (UINT64_C(1) << (n))

struct scene {
    struct arena arena;
    struct agreement agreement;
    struct agreement_party parties[2];  /* 0: ro, 1: al; the agreement's own */
    struct agreement_legal_basis basis; /* the agreement's only one */
    struct agreement_authority authorities[2];
    struct span codes[2];
    struct request request; /* from al to ro, two persons */
    struct person persons[2];
    struct person_name names[2];
    struct attachment attachment;
    struct answer answer; /* from ro to al, one person and one text */
    struct item items[2];
    struct refusal refusal;
    struct spontaneous given;        /* from ro to al, the items of the answer */
    struct permit_question question; /* the request */
    struct ruling ruling;
};

/* Fills everything; the arena must be released by scene_free. */
void scene_make(struct scene *scene);
void scene_free(struct scene *scene);
/* Turns the question to the answer. */
void scene_ask_answer(struct scene *scene);
/* Turns the question to what is given unasked. */
void scene_ask_spontaneous(struct scene *scene);
/* Turns the question to the request, but sent by ro to al, so that it leaves the Union. */
void scene_ask_request_of_ro(struct scene *scene);
/* Makes agreement, request and answer ones with real data and the basis one in force. */
void scene_be_real(struct scene *scene);
/* Two parties with fixed keys; texts are static. `certificates` NULL: placeholders. */
void scene_parties(struct agreement_party parties[2], struct agreement_authority authorities[2]);

#endif
