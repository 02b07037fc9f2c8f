version=2
# What kizuki reads in Postfix's log, behind "postfix/smtp[123]: ".
# Fields: queue, to, relay, status, text; or host, addr, port, text.
# docs/logscan.md tells how to add rules without touching this file.
rule=connect:connect to %host:char-to:[%[%addr:char-to:]%]:%port:number%: %text:rest%
rule=postfix:%queue:char-to::%: to=%to:string-to:, relay=%, relay=%relay:char-to:,%, %-:string-to:status=%status=%status:word% %text:rest%
rule=null-sender:%queue:char-to::%: from=<>, size=%-:rest%
rule=expired:%queue:char-to::%: from=%-:string-to:, status=expired%, status=expired%-:rest%
# Hosts tried before the last one that were not silent at all.
rule=answered:%queue:char-to::%: host %host:char-to:[%[%addr:char-to:]%] %-:rest%
rule=connect:%queue:char-to::%: lost connection with %host:char-to:[%[%addr:char-to:]%] %text:rest%
rule=connect:%queue:char-to::%: conversation with %host:char-to:[%[%addr:char-to:]%] %text:rest%
