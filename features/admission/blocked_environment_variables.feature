@rule-blocked-variables @extended
Feature: Since v0.18.0 some environment variables are blocked
  A variable such as PYTHONPATH decides which code a server runs. Since v0.18.0 the webhooks reject services and
  runtimes that set it; before, it was passed on like any other variable.

  Scenario Outline: A model that sets PYTHONPATH is <answer> <when>
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            env: [{name: PYTHONPATH, value: /own}]
      """
    Then the service is <answer>

    @until-0.17.1
    Examples: Before v0.18.0
      | answer   | when           |
      | accepted | before v0.18.0 |

    @since-0.18.0
    Examples: Since v0.18.0
      | answer   | when          |
      | rejected | since v0.18.0 |

  @since-0.18.0
  Scenario: A custom container that sets PYTHONPATH is rejected
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          containers:
            - name: kserve-container
              image: example.com/own:1
              env: [{name: PYTHONPATH, value: /own}]
      """
    Then the service is rejected with "setting PYTHONPATH in container"

  Scenario Outline: A runtime that sets PYTHONPATH is <answer> <when>
    When a ClusterServingRuntime "sets-it" is applied
      """
      supportedModelFormats: [{name: sklearn, autoSelect: true}]
      containers:
        - name: kserve-container
          image: example.com/own:1
          env: [{name: PYTHONPATH, value: /own}]
      """
    Then the runtime is <answer>

    @until-0.17.1
    Examples: Before v0.18.0
      | answer   | when           |
      | accepted | before v0.18.0 |

    @since-0.18.0
    Examples: Since v0.18.0
      | answer   | when          |
      | rejected | since v0.18.0 |

  @since-0.18.0
  Scenario: A disabled runtime is not checked
    When a ClusterServingRuntime "sets-it" that is disabled is applied
      """
      supportedModelFormats: [{name: sklearn, autoSelect: true}]
      containers:
        - name: kserve-container
          image: example.com/own:1
          env: [{name: PYTHONPATH, value: /own}]
      """
    Then the runtime is accepted

  @rule-exactly-one-implementation @since-0.18.0
  Scenario: Since v0.18.0 the webhook fails on an empty predictor
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor: {}
      """
    Then the service is rejected with "panic"
