== testdata/play/short.yaml: two hours
Mon 2 Mar 2026
  09:00  decided  Initech: hand off: intent: rises(intent_score, 70) (intent_score = 75)
  09:00  state    Initech: ready
  09:00  decided  Globex: not qualified: criteria not met: rises(intent_score, 70) (intent_score = 40); count(visits, "7d") >= 3 (count(visits, "7d") = 0)
  09:00  handoff  Initech: to Sam (sdr, rule intent), due Thu 5 Mar 17:30
  09:00  decided  Initech: in hand: sales has the account (handed_off)
  09:00  wrote    Initech: create task "SDR outreach: Initech" for sam in HubSpot
  09:00  wrote    Initech: create note "SDR outreach: Initech" in HubSpot
  09:00  told     Initech: manager in HubSpot: "Handed to sales: Initech"
  09:00  wrote    Initech: mqa = true, mqa_status = Ready for sales in HubSpot
  09:00  state    Initech: ready -> handed_off
  09:20  people   ann of globex visits the site, 3 times
  09:21  decided  Globex: hand off: intent: count(visits, "7d") >= 3 (count(visits, "7d") = 3)
  09:21  decided  Globex: in hand: sales has the account (handed_off)
  09:21  state    Globex: nurture -> handed_off
  09:21  handoff  Globex: to Sam (sdr, rule intent), due Thu 5 Mar 17:30
  09:21  wrote    Globex: create task "SDR outreach: Globex" for sam in Salesforce
  09:21  wrote    Globex: create note "SDR outreach: Globex" in HubSpot
  09:21  told     Globex: manager in Salesforce: "Handed to sales: Globex"
  09:21  wrote    Globex: MQA_Status__c = Ready for sales, MQA__c = true in Salesforce
  09:21  wrote    Globex: mqa = true, mqa_status = Ready for sales in HubSpot
  09:50  people   sam completes the task "SDR outreach: Initech" in HubSpot
  09:51  decided  Initech: moved: handed_off -> working: first touch on 2026-03-02
  09:51  state    Initech: handed_off -> working
  09:51  wrote    Initech: mqa_status = Sales working in HubSpot
  09:52  decided  Initech: in hand: sales has the account (working)
  10:10  people   cy of initech sends the form "Request a demo"
  10:11  decided  Initech: in hand: sales has the account (working)
  10:11  decided  Initech: moved: working -> engaged: response: demo_request
  10:11  decided  Initech: in hand: sales has the account (engaged)
  10:11  state    Initech: working -> engaged
  10:11  wrote    Initech: create task "AE follow-up: Initech" for sam in HubSpot
  10:11  wrote    Initech: create note "AE follow-up: Initech" in HubSpot
  10:11  told     Initech: manager in HubSpot: "Handed to sales: Initech"
  10:11  wrote    Initech: mqa_status = Sales engaged in HubSpot
  10:20  people   globex: Estimated_ACV__c = 90000 in Salesforce
  10:21  wrote    Globex: estimated_acv = 90000 in HubSpot
ok   testdata/play/short.yaml: two hours (2 checks, 110 minutes)
