@extended
Feature: ModelMesh services are stored unchanged and get no runtime
  ModelMesh is another controller, which serves many models in one pod. A service with the deployment mode ModelMesh
  is stored as it was written, and KServe's own controller does not select a runtime for it.

  @rule-modelmesh-not-managed @core
  Scenario: A ModelMesh service is not managed by this controller
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: ModelMesh
      spec:
        predictor:
          model:
            modelFormat:
              name: sklearn
            storageUri: gs://example/models/model
      """
    Then it is not managed by this controller

  @rule-modelmesh-not-managed
  Scenario: A ModelMesh service that names a missing runtime is not managed either
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: ModelMesh
      spec:
        predictor:
          model:
            modelFormat:
              name: sklearn
            runtime: no-such-server
            storageUri: gs://example/models/model
      """
    Then it is not managed by this controller

  @rule-modelmesh-not-converted
  Scenario: A ModelMesh service keeps its legacy key
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: ModelMesh
      spec:
        predictor:
          sklearn:
            storageUri: gs://example/models/model
      """
    Then it is stored with legacy key "sklearn"
    And it is not managed by this controller

  @rule-modelmesh-not-converted @rule-triton-format-speaks-v2 @since-0.11.2
  Scenario: A ModelMesh service gets no protocol from its format
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          serving.kserve.io/deploymentMode: ModelMesh
      spec:
        predictor:
          model:
            modelFormat:
              name: triton
            storageUri: gs://example/models/model
      """
    Then it is stored without a protocol

  @rule-modelmesh-default-converted @needs-default-mode @since-0.10.0
  Scenario: Where ModelMesh is the default, a legacy key is converted on creation
    Given the default deployment mode is "ModelMesh"
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it is stored without a legacy key
    And it is stored with format "sklearn"
    And it is not managed by this controller

  @rule-modelmesh-not-converted @needs-default-mode @since-0.9.0 @until-0.9.0
  Scenario: In v0.9.0 a legacy key is kept where ModelMesh is the default
    Given the default deployment mode is "ModelMesh"
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations:
          example.com/owner: team-a
      spec:
        predictor:
          sklearn:
            storageUri: gs://example/models/model
      """
    Then it is stored with legacy key "sklearn"
