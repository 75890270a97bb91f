@extended
Feature: The webhook validates the variables of a predictor's own containers
  A predictor can consist of custom containers, which set their protocol and storage in environment variables. Since
  v0.12.0 the containers of a predictor can include a transformer.

  @rule-custom-protocol-known
  Scenario Outline: A container that sets PROTOCOL to <protocol> is <answer>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - name: kserve-container
              image: example.com/own:1
              env: [{name: PROTOCOL, value: <protocol>}]
      """
    Then the service is <answer>

    Examples:
      | protocol | answer   |
      | v1       | accepted |
      | v2       | accepted |
      | grpc-v2  | rejected |

  @rule-custom-protocol-known
  Scenario Outline: <text> is the message about the variable PROTOCOL
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - name: kserve-container
              image: example.com/own:1
              env: [{name: PROTOCOL, value: grpc-v2}]
      """
    Then the service is rejected with "<text>"

    @until-0.13.1
    Examples: Before v0.14.0
      | text                                             |
      | Invalid protocol v1, v2. Must be one of [grpc-v2] |

    @since-0.14.0
    Examples: Since v0.14.0
      | text                                             |
      | invalid protocol v1, v2. Must be one of [grpc-v2] |

  @rule-custom-protocol-known
  Scenario: A model can set PROTOCOL to anything
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            env: [{name: PROTOCOL, value: grpc-v2}]
      """
    Then the service is accepted

  @rule-collocated-transformer-storage
  Scenario Outline: A transformer next to the predictor that sets STORAGE_URI is <answer> <when>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - {name: kserve-container, image: example.com/own:1}
            - name: transformer-container
              image: example.com/transformer:1
              env: [{name: STORAGE_URI, value: gs://example/model}]
      """
    Then the service is <answer>

    @until-0.11.2
    Examples: Before v0.12.0
      | answer   | when           |
      | accepted | before v0.12.0 |

    @since-0.12.0
    Examples: Since v0.12.0
      | answer   | when          |
      | rejected | since v0.12.0 |

  @rule-collocated-transformer-storage @since-0.12.0
  Scenario: The message about a transformer that sets STORAGE_URI
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - {name: kserve-container, image: example.com/own:1}
            - name: transformer-container
              image: example.com/transformer:1
              env: [{name: STORAGE_URI, value: gs://example/model}]
      """
    Then the service is rejected with "storage uri should not be specified in transformer container"

  @rule-blocked-variables @since-0.18.0
  Scenario Outline: PYTHONPATH is blocked in <what>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
        <component>: <settings>
      """
    Then the service is rejected with "setting PYTHONPATH in container"

    Examples:
      | what           | component   | settings                                                                                                   |
      | a transformer  | transformer | {containers: [{name: own, image: example.com/own:1, env: [{name: PYTHONPATH, value: /own}]}]}              |
      | an explainer   | explainer   | {containers: [{name: own, image: example.com/own:1, env: [{name: PYTHONPATH, value: /own}]}]}              |
      | ART            | explainer   | {art: {type: SquareAttack, env: [{name: PYTHONPATH, value: /own}]}}                                        |
