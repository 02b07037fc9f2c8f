version=2
# What kizuki reads in Sendmail's log, behind "sm-mta[123]: ".
# Fields: queue, to, relay, xdelay, number (behind "dsn="), text (what stands
# behind "stat=").
rule=sendmail:%queue:char-to::%: to=%to:string-to:, delay=%, delay=%-:string-to:, xdelay=%, xdelay=%xdelay:char-to:,%, %-:string-to:relay=%relay=%relay:string-to:, dsn=%, dsn=%number:char-to:,%, stat=%text:rest%
# Behind "reply=" stands what the other side said.
rule=sendmail:%queue:char-to::%: to=%to:string-to:, delay=%, delay=%-:string-to:, xdelay=%, xdelay=%xdelay:char-to:,%, %-:string-to:relay=%relay=%relay:string-to:, dsn=%, dsn=%number:char-to:,%, reply=%status:rest%
# The name could not be looked up when it was queued: relay and xdelay lack.
rule=sendmail:%queue:char-to::%: to=%to:string-to:, delay=%, delay=%-:char-to:,%, mailer=%-:char-to:,%, pri=%-:char-to:,%, dsn=%number:char-to:,%, stat=%text:rest%
rule=no-greeting:%queue:char-to::%: timeout waiting for input from %-:word% during client greeting
rule=null-sender:%queue:char-to::%: from=<>, %-:rest%
rule=expired:%queue:char-to::%: %-:char-to::%: %-:string-to:Cannot send message for %Cannot send message for %-:rest%
