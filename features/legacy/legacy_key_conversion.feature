@rule-legacy-key-converted @core @exact-names
Feature: The webhook converts a legacy key to a model
  In the first schema, a predictor had a key for each framework, as in "sklearn: {storageUri: ...}". Since v0.8.0 the
  webhook replaces that key with "model", with the key as the name of its format, whenever the service is written.
  Everything under the key is kept, and the version of the format is not set.

  Scenario Outline: The legacy key <key> is stored as a model with that format
    When a service in namespace "team-a" uses the legacy key "<key>"
    Then it is stored without a legacy key
    And it is stored with format "<key>"
    And it is stored without a version

    @documented
    Examples: Frameworks with a key in every release
      | key        |
      | sklearn    |
      | tensorflow |
      | xgboost    |
      | pytorch    |
      | triton     |
      | onnx       |
      | pmml       |
      | lightgbm   |
      | paddle     |

    @since-0.12.0
    Examples: Hugging Face has a key since v0.12.0
      | key         |
      | huggingface |

  @rule-exactly-one-implementation @extended @until-0.11.2
  Scenario: Before v0.12.0 huggingface is not a key, so such a predictor is empty and rejected
    When a service in namespace "team-a" uses the legacy key "huggingface"
    Then the service is rejected

  @rule-exactly-one-implementation @extended
  Scenario Outline: There is no legacy key <key>
    When a service in namespace "team-a" uses the legacy key "<key>"
    Then the service is rejected

    Examples: Formats that were added with runtimes
      | key      |
      | mlflow   |
      | tensorrt |

  @documented
  Scenario: Storage, runtime version and container settings move into the model
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          sklearn:
            storageUri: gs://example/models/own
            runtimeVersion: "1.5"
            protocolVersion: v1
            args: ["--workers=2"]
            env:
              - {name: LOG_LEVEL, value: debug}
            resources:
              limits: {cpu: "2"}
      """
    Then its stored manifest has
      """
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/own
            runtimeVersion: "1.5"
            protocolVersion: v1
            args: ["--workers=2"]
            env:
              - {name: LOG_LEVEL, value: debug}
            resources:
              limits: {cpu: "2"}
      """
    And it is stored without a legacy key

  @documented
  Scenario: Fields next to the legacy key stay next to the model
    When this service is applied
      """
      metadata: {name: model, namespace: team-a}
      spec:
        predictor:
          minReplicas: 2
          nodeSelector: {disk: ssd}
          xgboost: {storageUri: gs://example/models/own}
      """
    Then its stored manifest has
      """
      spec:
        predictor:
          minReplicas: 2
          nodeSelector: {disk: ssd}
          model:
            modelFormat: {name: xgboost}
      """

  Scenario: Applying the legacy manifest again results in the same model
    Given a ClusterServingRuntime "kserve-sklearnserver"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" uses the legacy key "sklearn"
    And the service is applied again
    Then the service is accepted
    And it is stored without a legacy key
    And it is stored with format "sklearn"
    And it runs on ClusterServingRuntime "kserve-sklearnserver"

  @documented
  Scenario: A service that already has a model keeps it unchanged
    When a service in namespace "team-a" requests "sklearn" version "1" over "v1" with runtime "own-server"
    Then it is stored with format "sklearn"
    And it is stored with version "1"
    And it is stored with protocol "v1"
    And it is stored with runtime "own-server"
