/* The forms of `besa agreement` that are acts of the desk, and the comparison of two files. Private to cmd. */
#ifndef BESA_CMD_AGREEMENT_ACTS_H
#define BESA_CMD_AGREEMENT_ACTS_H

#include "cmd/command.h"

command_run agreement_propose, agreement_accept, agreement_refuse, agreement_withdraw,
    agreement_terminate, agreement_history, agreement_proposal, agreement_diff, agreement_try;

#endif
