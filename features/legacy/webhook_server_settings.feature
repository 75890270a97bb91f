@extended @exact-names
Feature: In v0.8.0 the webhook stores server settings in the service
  MLServer, TorchServe and Triton need variables, labels or arguments of their own. In v0.8.0 the webhook writes them
  into the service with every write, some of them repeatedly. Since v0.9.0 the controller only adds them to the pod,
  and the stored service stays as its owner wrote it.

  @rule-webhook-server-defaults @until-0.8.0
  Scenario: A legacy service for MLServer is stored with its variables and its label
    When a service in namespace "team-a" uses the legacy key "sklearn" over "v2"
    Then its stored manifest has
      """
      metadata:
        labels: {modelClass: mlserver_sklearn.SKLearnModel}
      spec:
        predictor:
          model:
            runtime: kserve-mlserver
            env:
              - {name: MLSERVER_MODEL_NAME, value: model}
              - {name: MLSERVER_MODEL_URI, value: /mnt/models}
      """

  @rule-choice-not-persisted @since-0.9.0
  Scenario: Since v0.9.0 a legacy service for MLServer is stored without variables or labels
    Given a ClusterServingRuntime "kserve-mlserver" that speaks "v2"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "kserve-mlserver"
    And its container has env "MLSERVER_MODEL_NAME" with value "model"
    And its stored manifest has no "spec.predictor.model.env"
    And its stored manifest has no "metadata.labels.modelClass"

  @rule-webhook-server-defaults @until-0.8.0
  Scenario Outline: A pytorch service over <protocol> is stored with the envelope <envelope>
    When a service in namespace "team-a" requests "pytorch" over "<protocol>"
    Then its stored manifest has
      """
      metadata:
        labels: {serviceEnvelope: <envelope>}
      """

    Examples: The two envelopes of TorchServe
      | protocol | envelope |
      | v1       | kserve   |
      | v2       | kservev2 |

  @rule-webhook-server-defaults @until-0.8.0
  Scenario: A legacy pytorch service is stored with its envelope as well
    When a service in namespace "team-a" uses the legacy key "pytorch" over "v2"
    Then its stored manifest has
      """
      metadata:
        labels: {serviceEnvelope: kservev2}
      """

  @rule-choice-not-persisted @since-0.9.0
  Scenario: Since v0.9.0 a pytorch service is stored without an envelope
    When a service in namespace "team-a" requests "pytorch" over "v2"
    Then its stored manifest has no "metadata.labels.serviceEnvelope"

  @rule-webhook-server-defaults @rule-triton-defaults @until-0.8.0
  Scenario: A legacy triton service without a model is stored with an argument that makes Triton wait
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          triton: {env: [{name: LOG_LEVEL, value: debug}]}
      """
    Then its stored manifest has
      """
      spec:
        predictor:
          model:
            args: ["--model-control-mode=explicit"]
      """

  @rule-choice-not-persisted @since-0.9.0
  Scenario: Since v0.9.0 a legacy triton service without a model is stored without arguments
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          triton: {env: [{name: LOG_LEVEL, value: debug}]}
      """
    Then it is stored with format "triton"
    And its stored manifest has no "spec.predictor.model.args"
