/* The table of acts: see desk.h. */
#include "desk/private.h"

const struct desk_act desk_acts[] = {
    {"request-send", "agreement, attachments", "Sends a request to the partner.", true, true,
     act_request_send},
    {"answer-send", "item, attachments",
     "Answers a request in whole, in part, or with nothing held.", true, true, act_answer_send},
    {"refuse-send", "item, grounds, reason_text, language",
     "Refuses a request on grounds of the closed list.", true, false, act_refuse_send},
    {"inbox-list", "limit", "Requests to us, nearest deadline first.", false, false,
     act_inbox_list},
    {"sent-list", "limit", "Requests from us, with receipts and answers.", false, false,
     act_sent_list},
    {"item-show", "item", "Opens one message: body, receipts, timeline.", true, false,
     act_item_show},
    {"assign", "item, unit", "Gives a request to a unit and tells the partner.", true, false,
     act_assign},
    {"attachment-find", "item, part", "Finds a held attachment for reading.", true, false,
     act_attachment_find},
    {"item-erase", "item, part, erase_reason", "Erases a body or part here and says so.", true,
     false, act_item_erase},
    {"item-withdraw", "item", "Withdraws an own message that the partner does not hold yet.", true,
     false, act_item_withdraw},
    {"agreement-suspend", "agreement, suspension_reason",
     "Stops sending and handling of anything new, at once.", false, false, act_agreement_suspend},
    {"agreement-resume", "agreement", "Lifts our suspension.", false, false, act_agreement_resume},
    {"agreement-propose", "agreement, signed",
     "Proposes the next version, signed by our institution alone.", false, false,
     act_agreement_propose},
    {"agreement-accept", "agreement, signed",
     "Gives the co-signed version to the partner: it is in force from there on.", false, false,
     act_agreement_accept},
    {"agreement-refuse", "agreement, ground", "Does not sign the partner's proposal.", false, false,
     act_agreement_refuse},
    {"agreement-withdraw", "agreement", "Asks for our own proposal back.", false, false,
     act_agreement_withdraw},
    {"agreement-terminate", "agreement, ends, suspension_reason",
     "Ends the agreement at a day, after the notice agreed.", false, false,
     act_agreement_terminate},
    {"agreement-history", "agreement", "Versions, proposals, suspensions and terminations.", false,
     false, act_agreement_history},
    {"agreement-diff", "agreement, document, own",
     "What a document, or the open proposal, would change, with its effects counted here.", false,
     false, act_agreement_diff},
    {"agreement-try", "agreement, type, receive, document",
     "What the agreement, or a draft, says of a message; nothing is sent.", false, true,
     act_agreement_try},
    {"agreement-proposal", "agreement, own", "The open proposal, as it was signed.", false, false,
     act_agreement_proposal},
    {"officer-put", "id, name, unit, role, active", "Enters an officer.", false, false,
     act_officer_put},
    {"officer-list", "", "Lists the officers.", false, false, act_officer_list},
    {"officer-password", "id, hash", "Sets an officer's password; its hash is given.", false, false,
     act_officer_password},
    {"officer-sessions", "", "Lists who is logged in.", false, false, act_officer_sessions},
    {"officer-end", "id", "Ends all sessions of an officer.", false, false, act_officer_end},
    {"case-put", "number, title", "Opens a case.", false, false, act_case_put},
    {"held-list", "limit", "What partners sent and this node cannot handle yet.", false, false,
     act_held_list},
    {"held-retry", "", "Tries to handle all that is held again.", false, false, act_held_retry},
    {"rebuild", "", "Drops the derived tables and builds them again from the log.", false, false,
     act_rebuild},
};
const size_t desk_act_count = ARRAY_COUNT(desk_acts);

const struct desk_act *desk_act_find(struct span name)
{
    for (size_t i = 0; i < desk_act_count; i++)
        if (span_is(name, desk_acts[i].name))
            return &desk_acts[i];
    return NULL;
}
