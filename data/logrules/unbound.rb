version=2
# What kizuki reads in Unbound's log ("log-servfail: yes").
# Fields: name (what was asked), text (why there is no answer).
rule=servfail:SERVFAIL <%name:word% %-:word% %-:char-to:>%>: %text:rest%
